import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDescribed } from '../../src/layout/described.js';
import { type Domid, domid } from '../../src/model/index.js';
import type { StoreView, XenStoreClient } from '../../src/xenstore/client.js';
import { isXenStoreError } from '../../src/xenstore/errors.js';
import { formatPermissions } from '../../src/xenstore/permissions.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { completeConfigs } from './arbitrary.js';
import { type SeenNode, undescribed } from './described.js';
import { type Incarnation, setUp, tearDown } from './lifetime.js';

const GUEST = domid(5);
const OTHER = domid(6);
const ROOTS = ['/local/domain', '/vm', '/libxl', '/tool'];

let daemon: TestStore;
let store: XenStoreClient;
beforeAll(async () => {
  daemon = await openStore();
  store = await daemon.connect();
  await store.mkdir('/local/domain/0/backend');
});
afterAll(async () => {
  await store.close();
  await daemon.close();
});

async function tree(view: StoreView): Promise<Map<string, SeenNode>> {
  const nodes = new Map<string, SeenNode>();
  const visit = async (path: string): Promise<void> => {
    const [value, permissions, children] = await Promise.all([
      view.readText(path),
      view.getPermissions(path),
      view.list(path),
    ]);
    nodes.set(path, { value, permissions: formatPermissions(permissions) });
    await Promise.all(children.map((child) => visit(`${path}/${child}`)));
  };
  for (const root of ROOTS) if (await view.exists(root)) await visit(root);
  return nodes;
}

async function whileLiving(
  incarnations: readonly Domid[],
  config: Incarnation['config'],
  check: () => Promise<void>,
): Promise<void> {
  const living: Incarnation[] = [];
  for (const id of incarnations) {
    living.push(await setUp(store, id, config, living.length === 0));
  }
  try {
    await check();
  } finally {
    for (const incarnation of living) await tearDown(store, incarnation);
  }
}

test('each key that set-up writes is described, with its format and its permissions', async () => {
  await fc.assert(
    fc.asyncProperty(
      completeConfigs,
      fc.constantFrom([GUEST], [GUEST, OTHER]),
      async (config, incarnations) => {
        await whileLiving(incarnations, config, async () => {
          expect(undescribed(await tree(store), incarnations)).toEqual([]);
        });
      },
    ),
    { numRuns: 40 },
  );
});

async function attempt(what: Promise<unknown>): Promise<boolean> {
  try {
    await what;
    return true;
  } catch (error) {
    if (isXenStoreError(error, 'EACCES')) return false;
    throw error;
  }
}

/** What a domain may do with a node, found out by doing it. */
async function tryOut(reader: number, path: string): Promise<string> {
  const guest = daemon.as(reader);
  try {
    const reads = await attempt(guest.read(path));
    const writes = await attempt(guest.write(path, 'forged'));
    const grants = await attempt(guest.setPermissions(path, [{ access: 'n', domid: reader }]));
    return [reads && 'reads', writes && 'writes', grants && 'grants'].filter(Boolean).join(' ');
  } finally {
    await guest.close();
  }
}

const ALLOWED = {
  hidden: '',
  'guest-reads': 'reads',
  'guest-owns': 'reads writes grants',
  'front-end': 'reads writes grants',
  'back-end': 'reads',
  'incarnations-read': 'reads',
} as const;

test('a guest may do what the description says, and another guest nothing', async () => {
  await fc.assert(
    fc.asyncProperty(completeConfigs, async (config) => {
      await whileLiving([GUEST], config, async () => {
        for (const path of (await tree(store)).keys()) {
          const { access } = findDescribed(path)?.described.key ?? {};
          if (access === undefined || path.startsWith('/local/domain/0/')) continue;
          expect([path, await tryOut(OTHER, path)]).toEqual([path, '']);
          expect([path, await tryOut(GUEST, path)]).toEqual([path, ALLOWED[access]]);
        }
      });
    }),
    { numRuns: 5 },
  );
});
