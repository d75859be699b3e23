import type { Plan, PlannedStep } from '../../model/index.js';
import type { Leaving } from '../plan.js';

/** Writes the memory of a domain, as it is, to a file. The domain goes on. */
export function planDumpCore({ uuid, name, domid }: Omit<Leaving, 'devices'>, file: string): Plan {
  return { kind: 'dump-core', uuid, name, state: { uuid, name, domid }, steps: [dumpStep(file)] };
}

/** @param tolerant whether to go on when there can be no dump */
export function dumpStep(file: string, tolerant = false): PlannedStep {
  const args = tolerant ? { file, tolerant } : { file };
  return { name: 'dump-core', subject: file, args };
}
