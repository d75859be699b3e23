import { nameProblem } from '../../config/index.js';
import { type Plan, ToolstackError } from '../../model/index.js';
import { planChange, remember, type Standing } from './standing.js';

/** Gives a domain another name, under every domid to come. @throws ToolstackError EINVAL */
export function planRename(domain: Standing, newName: string): Plan {
  const problem = nameProblem(newName);
  if (problem !== undefined) throw new ToolstackError('EINVAL', problem);
  const { steps, state } = remember(domain, { name: newName });
  return planChange(
    'rename',
    domain,
    [{ name: 'claim-name' }, { name: 'rename', pivot: true }, { name: 'settle-name' }, ...steps],
    { newName, ...state },
  );
}
