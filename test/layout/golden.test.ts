import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import { findDescribed } from '../../src/layout/described.js';
import { domid, uuid } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { formatPermissions } from '../../src/xenstore/permissions.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { undescribed } from './described.js';
import { DIFFERENT_VALUES } from './golden/differences.js';
import { type RealNode, readReal } from './golden/real.js';
import { type Incarnation, setUp, tearDown } from './lifetime.js';

const pv = (disks: readonly string[], vifs: readonly string[]): string => `
name = "pv1"
type = "pv"
kernel = "/guest/vmlinuz"
ramdisk = "/guest/initrd"
extra = "console=hvc0 quiet mitigations=off tick"
memory = 128
vcpus = 1
disk = [ ${disks.map((disk) => `'${disk}'`).join(', ')} ]
vif = [ ${vifs.map((vif) => `'${vif}'`).join(', ')} ]
`;
const VIF = 'mac=00:16:3e:aa:bb:cc,bridge=xenbr0';
const XVDA = 'format=raw,vdev=xvda,access=rw,target=/tmp/pv1.img';
const XVDB = 'format=raw,vdev=xvdb,access=ro,target=/tmp/b.img';
const PVH = `
name = "pvh1"
type = "pvh"
kernel = "/guest/vmlinuz"
ramdisk = "/guest/initrd"
extra = "console=hvc0 earlyprintk=xen mitigations=off tick"
memory = 256
vcpus = 1
disk = [ 'format=raw,vdev=xvda,access=rw,target=/tmp/pvh1.img' ]
vif = [ 'mac=00:16:3e:aa:bb:cd,bridge=xenbr0' ]
`;
/** Dumps of real hosts, and the files that their domains were created from. */
const DOMAINS: readonly (readonly [dump: string, domid: number, config: string])[] = [
  ['pv-paused', 1, pv([XVDA], [VIF])],
  ['pv-running', 1, pv([XVDA], [VIF])],
  ['pv-two-disks', 2, pv([XVDA, XVDB], [VIF])],
  ['pv-two-vifs', 2, pv([XVDA], [VIF, 'mac=00:16:3e:aa:bb:dd,bridge=xenbr0'])],
  ['pvh-running', 1, PVH],
];

let daemon: TestStore;
let store: XenStoreClient;
let living: Incarnation | undefined;
beforeAll(async () => {
  daemon = await openStore();
  store = await daemon.connect();
});
afterEach(async () => {
  if (living !== undefined) await tearDown(store, living);
  living = undefined;
});
afterAll(async () => {
  await store.close();
  await daemon.close();
});

/** The tree that we make of a domain. */
async function ourTree(
  id: number,
  config: string,
  uuidText: string,
  layout?: 'xl',
): Promise<ReadonlyMap<string, RealNode>> {
  await store.mkdir('/local/domain/0/backend');
  const { config: parsed } = parseDomainConfig(config, { file: '/tmp/guest.cfg' });
  const complete = { ...parsed, uuid: uuid(uuidText), ...(layout === undefined ? {} : { layout }) };
  living = await setUp(store, domid(id), complete, true);
  const nodes = new Map<string, RealNode>();
  const visit = async (path: string): Promise<void> => {
    const permissions = formatPermissions(await store.getPermissions(path));
    nodes.set(path, { value: await store.readText(path), permissions });
    for (const child of await store.list(path)) await visit(`${path}/${child}`);
  };
  for (const root of [`/local/domain/${id}`, '/local/domain/0/backend', '/vm', '/libxl']) {
    await visit(root);
  }
  return nodes;
}

function uuidIn(real: ReadonlyMap<string, RealNode>, id: number): string {
  return real.get(`/local/domain/${id}/vm`)?.value.slice('/vm/'.length) ?? '';
}

function byOthers(path: string): boolean {
  const { key } = findDescribed(path)?.described ?? {};
  return key?.writer !== undefined && key.writer !== 'toolstack';
}

const usedDifferences = new Set<string>();
function mayDiffer(path: string): boolean {
  const difference = DIFFERENT_VALUES.find((candidate) => candidate.path.test(path));
  if (difference !== undefined) usedDifferences.add(difference.reason);
  return difference !== undefined;
}

test.each(DOMAINS)('with the layout of xl our tree is that of %s', async (name, id, config) => {
  const real = readReal(name);
  const ours = await ourTree(id, config, uuidIn(real, id), 'xl');
  const wrong: string[] = [];
  for (const [path, { value, permissions }] of real) {
    const own = ours.get(path);
    if (own === undefined) {
      if (!byOthers(path)) wrong.push(`xl writes ${path}, we do not`);
      continue;
    }
    if (own.permissions !== permissions)
      wrong.push(`${path} has ${own.permissions}, not ${permissions}`);
    if (own.value !== value && !mayDiffer(path))
      wrong.push(`${path} is "${own.value}", not "${value}"`);
  }
  for (const path of ours.keys()) if (!real.has(path)) wrong.push(`we write ${path}, xl does not`);
  expect(wrong).toEqual([]);
});

test('no difference is allowed for that is none', () => {
  expect(usedDifferences).toEqual(new Set(DIFFERENT_VALUES.map(({ reason }) => reason)));
});

test.each(DOMAINS)('all that is in the store of %s is described', (name, id) => {
  expect(undescribed(readReal(name), [id])).toEqual([]);
});
