import {
  configIn,
  domidIn,
  type Host,
  numberIn,
  preciseNow,
  recordEvent,
  roundMs,
  textIn,
  uuidIn,
} from '../../domain/index.js';
import { writeName } from '../../layout/index.js';
import { type JsonObject, kibToMib, ToolstackError } from '../../model/index.js';
import type { StepCall, StepHandler } from '../../operations/index.js';

import { MIGRATED_AWAY } from '../plan.js';

/** Everything that speaks against the migration, said at once, before anything has been done. */
export function checkMigration(host: Host): StepHandler {
  return {
    async do({ state }) {
      // For a while no tree shows the name. Nobody else may take it for free then.
      host.names.claim(textIn(state, 'name'), uuidIn(state));
      const problems = await problemsOf(host, state);
      if (problems.length > 0) {
        throw new ToolstackError('EINVAL', `the domain cannot be migrated: ${problems.join('; ')}`);
      }
      return { startedAt: preciseNow() };
    },
    undo({ state }) {
      host.names.release(textIn(state, 'name'), uuidIn(state));
      return Promise.resolve();
    },
  };
}

async function problemsOf(host: Host, state: JsonObject): Promise<string[]> {
  const config = configIn(state);
  const source = await host.hypervisor.domain(domidIn(state, 'domid'));
  const { freeMemoryKib } = await host.hypervisor.hostInfo();
  const problems: string[] = [];
  if (source === undefined || source.dying) problems.push('it is not on this host any more');
  else if (source.shutdown !== undefined) problems.push(`it has stopped (${source.shutdown})`);
  else if (source.paused) problems.push('it is paused, and has to run to be suspended: unpause it');
  if (config.nomigrate) problems.push('its configuration says nomigrate');
  if (freeMemoryKib < config.memoryKib) {
    problems.push(
      `the destination has ${kibToMib(freeMemoryKib)} MiB free and it needs ${kibToMib(config.memoryKib)} MiB`,
    );
  }
  return problems;
}

/** From here on the name is free for the destination. */
export function renameAway(host: Host): StepHandler {
  const rename = (state: JsonObject, suffix: string): Promise<void> =>
    host.store.transaction((tx) =>
      writeName(tx, domidIn(state, 'domid'), textIn(state, 'name') + suffix),
    );
  return {
    do: ({ state }) => rename(state, MIGRATED_AWAY),
    async undo({ state }) {
      const info = await host.hypervisor.domain(domidIn(state, 'domid'));
      if (info?.uuid === uuidIn(state)) await rename(state, '');
    },
  };
}

/** The point of no return: that it is in the journal, durably, is all there is to it. */
export function go(): StepHandler {
  return { do: () => Promise.resolve(), isDone: () => Promise.resolve(false) };
}

/** What the whole took. */
export function report(host: Host): StepHandler {
  return {
    do({ state }: StepCall) {
      const totalMs = roundMs(preciseNow() - numberIn(state, 'startedAt'));
      const domid = domidIn(state, 'newDomid');
      const { rounds, sentPages, downtimeMs } = state;
      const detail = { from: domidIn(state, 'domid'), rounds, sentPages, downtimeMs, totalMs };
      recordEvent(host, { uuid: uuidIn(state), domid }, 'migrated', detail);
      return Promise.resolve({ totalMs });
    },
  };
}
