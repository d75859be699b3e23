import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  planAdopt,
  planConfigUpdate,
  planDumpCore,
  planRepair,
} from '../../../../src/domain/index.js';
import type { Finding } from '../../../../src/model/index.js';
import { domid } from '../../../../src/model/index.js';
import type { CrashHost } from '../crash-host.js';
import { CONFIG, FILE, LEAVING, NAME, running, STANDING, TEXT } from './guest.js';
import { change, type Verb } from './verb.js';

const text = TEXT.replace('vcpus = 2', 'vcpus = 1');
const UPDATE = { domain: NAME, text, file: FILE, cwd: '/', overrides: [] };

const ORPHANS = { 'orphan-home': '/local/domain/4711', 'orphan-record': '/libxl/4711' };
const FINDINGS = Object.entries(ORPHANS).map(([code, path]) => ({ code, path, repair: {} }));

/** What is done for the toolstack's own sake. */
export const UPKEEP: readonly Verb[] = [
  change('config-update', UPDATE, {
    steps: planConfigUpdate(STANDING, CONFIG).steps,
    prepare: running,
  }),
  {
    title: 'dump-core',
    kind: 'dump-core',
    steps: planDumpCore(LEAVING, '/core').steps,
    prepare: running,
    traceless: true,
    ask: (host) =>
      host.perform('dump-core', { domain: NAME, file: join(host.stateDir.dumpDir, 'core') }),
  },
  change(
    'adopt',
    { domain: NAME },
    { steps: planAdopt(domid(1), CONFIG, false).steps, prepare: stranger },
  ),
  change(
    'repair',
    {},
    { steps: planRepair(FINDINGS as unknown as Finding[]).steps, prepare: orphans },
  ),
];

/** A domain of another toolstack, whose directory below /vm is lost. */
async function stranger(host: CrashHost): Promise<void> {
  await running(host);
  await host.stopDaemon();
  for (const end of ['', '-wal', '-shm']) {
    rmSync(`${host.stateDir.historyDatabase}${end}`, { force: true });
  }
  const [, guest] = await host.hypervisor.domains();
  await host.store.remove(`/vm/${guest?.uuid}`);
  await host.startDaemon();
}

async function orphans(host: CrashHost): Promise<void> {
  await running(host);
  const { store } = host;
  await store.write(`${ORPHANS['orphan-home']}/name`, 'lost');
  await store.write(`${ORPHANS['orphan-record']}/type`, 'pv');
}
