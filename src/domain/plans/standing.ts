import type { CompleteConfig } from '../../layout/index.js';
import {
  type DomainInfo,
  type JsonObject,
  type OperationKind,
  type Plan,
  type PlannedStep,
  ToolstackError,
} from '../../model/index.js';

/** What is seen of a domain that is to be changed while it stays where it is. */
export interface Standing {
  readonly info: DomainInfo;
  readonly name: string;
  /** What it was made from, where that is known. */
  readonly config: CompleteConfig | undefined;
}

/** A change of a domain that stays under its domid. */
export function planChange(
  kind: OperationKind,
  { info, name }: Standing,
  steps: readonly PlannedStep[],
  state: JsonObject = {},
): Plan {
  const { uuid, domid } = info;
  return { kind, uuid, name, state: { uuid, name, domid, ...state }, steps };
}

/**
 * The step, and the state for it, by which a change of the configuration outlives a reboot; none
 * for a domain whose configuration is not known here.
 */
export function remember(
  { config }: Standing,
  change: Partial<CompleteConfig>,
): { readonly steps: readonly PlannedStep[]; readonly state: JsonObject } {
  if (config === undefined) return { steps: [], state: {} };
  return { steps: [{ name: 'save-config' }], state: { config: { ...config, ...change } } };
}

/** Refuses a domain that runs no vcpu for a change that the guest has to take part in. */
export function requireAwake({ info, name }: Standing, what: string): void {
  const obstacle = obstacleOf(info, name);
  if (obstacle === undefined) return;
  const { why, way } = obstacle;
  throw new ToolstackError('EINVAL', `${name} cannot be ${what}: ${why}`, { suggestions: [way] });
}

/** Why no vcpu of a domain runs, and the way out; undefined when they may. */
export function obstacleOf(
  { shutdown, paused }: DomainInfo,
  name: string,
): { readonly why: string; readonly way: string } | undefined {
  if (shutdown === 'suspend')
    return { why: 'it is suspended', way: `"domovoi resume ${name}" wakes it.` };
  if (shutdown !== undefined)
    return { why: `it has stopped (${shutdown})`, way: `"domovoi destroy ${name}" removes it.` };
  if (paused) return { why: 'it is paused', way: `"domovoi unpause ${name}" lets it run.` };
  return undefined;
}
