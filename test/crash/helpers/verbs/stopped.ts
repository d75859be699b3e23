import type { ShutdownAction } from '../../../../src/config/index.js';
import { planStopped } from '../../../../src/domain/index.js';
import type { CrashHost } from '../crash-host.js';
import { CONFIG, created, LEAVING } from './guest.js';
import type { Verb } from './verb.js';

const ASIDE = { uuid: LEAVING.uuid, name: 'aside' };

/** What is done about a guest that has crashed, by what its configuration wants. */
const stopped = (action: ShutdownAction): Verb => ({
  title: `on_crash=${action}`,
  kind: 'stopped',
  steps: planStopped(LEAVING, {
    reason: 'crash',
    action,
    config: CONFIG,
    dumpFile: '/dump',
    aside: ASIDE,
  }).steps,
  prepare: (host) => created(host, `on_crash="${action}"`),
  ask: crash,
  unasked: true,
  // The domain begins again where it is, as it was.
  ...(action === 'soft-reset' ? { traceless: true } : {}),
});

export const STOPPED: readonly Verb[] = [
  stopped('destroy'),
  stopped('preserve'),
  stopped('coredump-destroy'),
  stopped('rename-restart'),
  stopped('soft-reset'),
];

export const RESTARTED: readonly Verb[] = [stopped('restart'), stopped('coredump-restart')];

async function crash(host: CrashHost): Promise<void> {
  for (const { domid } of await host.hypervisor.domains()) {
    if (domid !== 0) await host.hypervisor.shutdownDomain(domid, 'crash');
  }
}
