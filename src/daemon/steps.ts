import { type Host, lifecycleSteps } from '../domain/index.js';
import { migrationSteps } from '../migration/index.js';
import type { StepHandler } from '../operations/index.js';

/** Every step of every plan, on a host. */
export function stepsOf(host: Host): Map<string, StepHandler> {
  return new Map([...lifecycleSteps(host), ...migrationSteps(host)]);
}
