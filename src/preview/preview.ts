import type { Hotplug } from '../devices/index.js';
import type { Host } from '../domain/index.js';
import { errorFromJson, type Journal, type Plan, type PreviewLine } from '../model/index.js';
import { type Handlers, runPlan, type StepHandler } from '../operations/index.js';
import { ForecastHypervisor } from './forecast-hypervisor.js';
import { OverlayStore } from './overlay-store.js';
import { PretendChronicle } from './pretend-chronicle.js';
import { PRETEND_DUMP_FILES } from './pretend-dump-files.js';
import { changesOf } from './store-changes.js';

/** What dry runs are made with. */
export interface Previewing {
  readonly host: Host;
  /** The handlers that really run, for any host. */
  readonly stepsOf: (host: Host) => Handlers;
  /** The domid that was given last, as far as anybody knows. */
  readonly lastDomid: number;
}

/**
 * Runs a plan with the very engine and handlers of a real run, on a host that is only pretended,
 * and gives what would become of the store. Nothing is written down, and nobody is waited for.
 * @throws ToolstackError what the real run would fail with, as far as that can be seen beforehand
 */
export async function preview(
  plan: Plan,
  { host, stepsOf, lastDomid }: Previewing,
): Promise<PreviewLine> {
  const store = new OverlayStore(host.store);
  const pretended: Host = {
    name: host.name,
    store,
    hypervisor: new ForecastHypervisor(host.hypervisor, lastDomid),
    chronicle: new PretendChronicle(host.chronicle),
    limits: host.limits,
    names: host.names.copy(),
    vncPasswords: host.vncPasswords.copy(),
    dumps: PRETEND_DUMP_FILES,
    ...(host.hotplug === undefined ? {} : { hotplug: NO_SCRIPTS }),
  };
  const steps = [...stepsOf(pretended)].map(([name, step]) => [name, foreseen(step)] as const);
  const { error } = await runPlan(
    { journal: NO_JOURNAL, handlers: new Map(steps) },
    { id: 'preview', plan, requestedBy: 'preview', emit: () => undefined },
  );
  if (error !== undefined) throw errorFromJson(error);
  const { kind, uuid, name } = plan;
  const changes = await changesOf(host.store, store);
  return { event: 'previewed', kind, uuid, name, steps: plan.steps, changes };
}

/** A step without that part of it which others would have to answer. */
function foreseen(step: StepHandler): StepHandler {
  const { waits, forecast } = step;
  if (forecast !== undefined) return { ...step, do: (call) => forecast(call) };
  return waits === true ? { do: () => Promise.resolve() } : step;
}

const NO_SCRIPTS: Hotplug = { call: () => Promise.resolve() };

const NO_JOURNAL: Journal = {
  begin: () => undefined,
  start: () => undefined,
  stepStarted: () => undefined,
  stepDone: () => undefined,
  stepFailed: () => undefined,
  stepUndone: () => undefined,
  finish: () => undefined,
  unfinished: () => [],
};
