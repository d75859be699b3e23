import { type ExecFileException, execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildShim, realKinds, whyNotHere } from '../real/real-daemon.js';
import type { StoreWithSocket } from '../store-under-test.js';
import { openDomovoi } from '../stores/domovoi.js';
import { openReal } from '../stores/real.js';

const TEST_XENSTORE = '/usr/lib/xen-4.17/bin/test-xenstore';
/** Debian's modules are only seen by Debian's python. */
const PYTHON = '/usr/bin/python3';
const PYXS_CLIENT = new URL('./pyxs_client.py', import.meta.url).pathname;
const LIMIT_MS = 30_000;

const hasTestXenstore = existsSync(TEST_XENSTORE);
const hasPyxs = spawnSync(PYTHON, ['-c', 'import pyxs']).status === 0;
if (!hasTestXenstore) console.warn('skipped: Xen’s test-xenstore; install xen-utils-4.17');
if (!hasPyxs) console.warn('skipped: a client on pyxs; install python3-pyxs');

/** Runs a program on a store; resolves with its exit code and what it printed. */
function run(store: StoreWithSocket, program: string, ...args: string[]) {
  const env = { ...process.env, XENSTORED_PATH: store.socketPath };
  return new Promise<{ code: ExecFileException['code']; said: string }>((resolve) => {
    execFile(program, args, { env, timeout: LIMIT_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? `killed by ${error.signal}`);
      resolve({ code, said: stdout + stderr });
    });
  });
}

function stockPrograms(title: string, open: () => Promise<StoreWithSocket>): void {
  describe(title, () => {
    let store: StoreWithSocket;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    test.runIf(hasTestXenstore)('Xen’s test-xenstore: all its tests, 20 times', async () => {
      const { code, said } = await run(store, TEST_XENSTORE, '-i', '20');
      expect({ code, said }).toMatchObject({ code: 0 });
      expect(said.match(/ns/g)?.length, said).toBeGreaterThanOrEqual(12);
    });

    test.runIf(hasTestXenstore)('Xen’s test-xenstore: a second of random tests', async () => {
      const { code, said } = await run(store, TEST_XENSTORE, '-r', '1');
      expect({ code, said }).toMatchObject({ code: 0 });
    });

    test.runIf(hasPyxs)('a client on pyxs', async () => {
      const { code, said } = await run(store, PYTHON, '-B', PYXS_CLIENT);
      expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('\nOK\n') });
    });
  });
}

let shim: Awaited<ReturnType<typeof buildShim>> | undefined;
beforeAll(async () => {
  if (realKinds.some((kind) => whyNotHere(kind) === undefined)) shim = await buildShim();
});
afterAll(() => shim?.remove());

stockPrograms('stock programs on our daemon', () => openDomovoi('socket'));
// That they pass there shows that the programs, and what is asked of them, are right.
for (const kind of realKinds) {
  const why = whyNotHere(kind);
  if (why !== undefined) {
    console.warn(`skipped: stock programs on ${kind}: ${why}`);
    continue;
  }
  stockPrograms(`stock programs on ${kind}`, () => openReal(kind, shim?.path ?? ''));
}
