import type { CompleteConfig } from '../../layout/index.js';
import type { Domid, Plan } from '../../model/index.js';

/**
 * Takes over a domain that another toolstack made: from then on it is known here, with a
 * configuration, and everything can be done with it. The guest does not notice.
 *
 * @param hasVm whether /vm/<uuid> is there; xl's migration on one host takes it away
 */
export function planAdopt(domid: Domid, config: CompleteConfig, hasVm: boolean): Plan {
  const { uuid, name } = config;
  return {
    kind: 'adopt',
    uuid,
    name,
    state: { uuid, name, newDomid: domid, config },
    steps: [
      ...(hasVm ? [] : [{ name: 'restore-vm' }]),
      { name: 'record-incarnation', args: { cause: 'adopt' }, pivot: true },
    ],
  };
}
