import type { ShutdownAction } from '../../config/index.js';
import type { CompleteConfig } from '../../layout/index.js';
import type { JsonObject, Plan, PlannedStep, ShutdownReason, Uuid } from '../../model/index.js';
import { creation, type Leaving, planDevices, removal } from '../plan.js';
import { dumpStep } from './dump-core.js';

/** What is to be done with a domain that has stopped by itself. */
export interface Verdict {
  readonly reason: ShutdownReason;
  readonly action: ShutdownAction;
  /** What a domain that runs again is made from. */
  readonly config: CompleteConfig;
  /** Where a core goes, should one be wanted. Absolute. */
  readonly dumpFile: string;
  /** What a domain is called that makes room for its successor. */
  readonly aside: { readonly uuid: Uuid; readonly name: string };
  /** Where the guest's console is to be found, as far as the store says. */
  readonly consoleTty?: string;
  /** Set when `action` is not what the configuration wants, because that did not help before. */
  readonly givenUp?: { readonly restarts: number; readonly windowMs: number };
}

/**
 * Does what the configuration wants with a domain that has stopped by itself (xl.cfg(5), "Event
 * Actions"). The decision is the pivot: what was decided is done, over any number of daemons. To
 * make the domain anew is an attempt: when that fails, the domain is gone and its config remains.
 */
export function planStopped(domain: Leaving, verdict: Verdict): Plan {
  const { uuid, name, domid } = domain;
  const { reason, action } = verdict;
  const runsAnew = restState(verdict);
  return {
    kind: 'stopped',
    uuid,
    name,
    state: { uuid, name, domid, reason, action, ...runsAnew },
    steps: [
      { name: 'decide', subject: `${reason}: ${action}`, pivot: true },
      ...stepsOf(domain, verdict),
    ],
  };
}

function stepsOf(domain: Leaving, verdict: Verdict): PlannedStep[] {
  const { action, config, dumpFile, aside, givenUp } = verdict;
  switch (action) {
    case 'destroy':
      return ending(domain);
    case 'restart':
      return [{ name: 'hold-name' }, ...ending(domain), ...anew(config)];
    case 'rename-restart':
      return [{ name: 'hold-name' }, { name: 'set-aside', subject: aside.name }, ...anew(config)];
    case 'preserve':
      return [{ name: 'preserve', ...(givenUp === undefined ? {} : { args: { givenUp } }) }];
    case 'coredump-destroy':
      return [dumpStep(dumpFile, true), ...ending(domain)];
    case 'coredump-restart':
      return [{ name: 'hold-name' }, dumpStep(dumpFile, true), ...ending(domain), ...anew(config)];
    case 'soft-reset':
      return [{ name: 'hold-name' }, ...withoutDestruction(domain), ...resetting(config)];
  }
}

/** `fresh`: no incarnation is on the host while the domain is made, although `domid` names one. */
function restState({ action, config, aside, consoleTty }: Verdict): JsonObject {
  switch (action) {
    case 'destroy':
    case 'preserve':
    case 'coredump-destroy':
      return {};
    case 'restart':
    case 'coredump-restart':
      return { config, fresh: true };
    case 'soft-reset':
      return { config, fresh: true, consoleTty };
    case 'rename-restart':
      return { config, fresh: true, aside };
  }
}

function ending(domain: Leaving): PlannedStep[] {
  return [...removal(domain), { name: 'record-end', args: { end: 'shutdown' } }];
}

function anew(config: CompleteConfig): PlannedStep[] {
  return attempt([
    ...creation(config),
    { name: 'record-incarnation', args: { cause: 'reboot' } },
    { name: 'unpause' },
  ]);
}

/** The hypervisor keeps the domain with its memory: all else of it goes. */
function withoutDestruction(domain: Leaving): PlannedStep[] {
  return removal(domain).filter(({ name }) => name !== 'destroy-domain');
}

function resetting(config: CompleteConfig): PlannedStep[] {
  return attempt([
    { name: 'soft-reset' },
    { name: 'write-skeleton' },
    { name: 'write-details' },
    { name: 'introduce', args: { again: true } },
    ...planDevices(config),
    { name: 'keep-console' },
    { name: 'await-console' },
    { name: 'record-reset' },
    { name: 'unpause' },
  ]);
}

function attempt(steps: readonly PlannedStep[]): PlannedStep[] {
  return steps.map((step) => ({ ...step, attempt: true }));
}
