import { DOM0_UUID, type Finding, type Plan } from '../../model/index.js';

/**
 * Does all repairs that an audit proposed, one by one. Each is checked again before it is done, and
 * can neither be undone nor needs to be: nothing that is removed was anybody's.
 */
export function planRepair(findings: readonly Finding[]): Plan {
  const steps = findings.flatMap(({ code, path, repair }) =>
    repair === undefined ? [] : [{ name: 'repair', subject: `${code} ${path}`, args: { repair } }],
  );
  const [first, ...others] = steps;
  return {
    kind: 'repair',
    uuid: DOM0_UUID,
    name: 'Domain-0',
    state: { domid: 0 },
    steps: first === undefined ? [] : [{ ...first, pivot: true }, ...others],
  };
}
