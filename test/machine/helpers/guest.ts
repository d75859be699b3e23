import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DomainPorts, DomainRings, Hypervisor } from '../../../src/hypervisor/hypervisor.js';
import {
  type DomainInfo,
  type Domid,
  mibToKib,
  parseXenbusState,
  uuid,
} from '../../../src/model/index.js';
import type { StoreView, XenStoreClient } from '../../../src/xenstore/client.js';
import type { Permissions } from '../../../src/xenstore/permissions.js';

export const KERNEL = fileURLToPath(new URL('../../../examples/kernels/tiny', import.meta.url));
export const IMAGE = fileURLToPath(new URL('../../../examples/disks/root.img', import.meta.url));
/** No assertion depends on it: it ends a test that hangs. */
export const LIMIT = { timeoutMs: 20_000 };

export interface Ground {
  readonly hypervisor: Hypervisor;
  readonly store: XenStoreClient;
}

/** A device as a test asks for it. `params` is what its back end reads. */
export interface DeviceWish {
  readonly kind: 'vbd' | 'qdisk' | 'vif' | 'vfb' | 'vkbd' | 'console';
  readonly id: number;
  readonly params?: string;
  /** The domain that its back end runs in; domain 0 when absent. */
  readonly backend?: Domid;
}

export interface GuestWish {
  readonly cmdline?: string;
  readonly memoryMib?: number;
  readonly vcpus?: { readonly maxVcpus: number; readonly vcpus: number };
  readonly devices?: readonly DeviceWish[];
  readonly paused?: boolean;
}

export const DISK: DeviceWish = { kind: 'vbd', id: 51712, params: IMAGE };
export const NIC: DeviceWish = { kind: 'vif', id: 0 };

/** Creates a domain, gives it memory, and no more. */
export async function prepareDomain(
  hypervisor: Hypervisor,
  memoryMib = 8,
  { maxVcpus, vcpus } = { maxVcpus: 1, vcpus: 1 },
): Promise<{ domid: Domid; ports: DomainPorts }> {
  const domid = await hypervisor.createDomain({ uuid: uuid(randomUUID()), type: 'pv', maxVcpus });
  const memoryKib = mibToKib(memoryMib);
  const limits = { maxVcpus, vcpus, memoryKib, maxMemoryKib: memoryKib };
  return { domid, ports: await hypervisor.prepareDomain(domid, limits) };
}

/** What a toolstack does to start a guest, in short. */
export async function startGuest(ground: Ground, wish: GuestWish = {}): Promise<Domid> {
  const { hypervisor, store } = ground;
  const { domid, ports } = await prepareDomain(hypervisor, wish.memoryMib, wish.vcpus);
  const image = { kernel: KERNEL, ramdisk: undefined, cmdline: wish.cmdline ?? '' };
  const rings = await hypervisor.buildDomain(domid, image, ports);
  await writeTree(store, domid, wish.devices ?? []);
  await connectRings(store, domid, ports, rings);
  if (wish.paused !== true) await hypervisor.unpauseDomain(domid);
  return domid;
}

/** The home of a domain and both halves of its devices. */
export async function writeTree(
  store: XenStoreClient,
  domid: Domid,
  devices: readonly DeviceWish[],
): Promise<void> {
  await store.transaction(async (tx) => {
    await put(tx, home(domid), '', guestReads(domid));
    await put(tx, `${home(domid)}/control`, '', guestOwns(domid));
    await put(tx, `${home(domid)}/control/shutdown`, '', guestOwns(domid));
    await put(tx, `${home(domid)}/device`, '', guestOwns(domid));
    for (const device of devices) await putDevice(tx, domid, device);
  });
}

export async function connectRings(
  store: XenStoreClient,
  domid: Domid,
  ports: DomainPorts,
  rings: DomainRings,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.write(`${home(domid)}/console/port`, String(ports.consolePort));
    await tx.write(`${home(domid)}/console/ring-ref`, String(rings.consoleFrame));
  });
  await store.introduce(domid, rings.storeFrame, ports.storePort);
}

/** Sets a device up, in place of what stood there. */
export async function plugIn(
  store: XenStoreClient,
  domid: Domid,
  device: DeviceWish,
): Promise<void> {
  await store.transaction(async (tx) => {
    for (const path of [frontPath(domid, device), backPath(domid, device)]) {
      if (await tx.exists(path)) await tx.remove(path);
    }
    await putDevice(tx, domid, device);
  });
}

async function putDevice(tx: StoreView, domid: Domid, device: DeviceWish): Promise<void> {
  const front = frontPath(domid, device);
  const back = backPath(domid, device);
  const backend = device.backend ?? 0;
  const both: Permissions = [
    { access: 'n', domid },
    { access: 'r', domid: backend },
  ];
  const served: Permissions = [
    { access: 'n', domid: backend },
    { access: 'r', domid },
  ];
  await put(tx, front, '', both);
  await put(tx, `${front}/backend`, back, both);
  await put(tx, `${front}/backend-id`, String(backend), both);
  await put(tx, `${front}/state`, '1', both);
  await put(tx, back, '', served);
  await put(tx, `${back}/frontend`, front, served);
  await put(tx, `${back}/frontend-id`, String(domid), served);
  await put(tx, `${back}/params`, device.params ?? '', served);
  await put(tx, `${back}/mode`, 'w', served);
  await put(tx, `${back}/online`, '1', served);
  await put(tx, `${back}/state`, '1', served);
}

/** Removes a domain and all that was written for it. */
export async function destroyGuest(ground: Ground, domid: Domid): Promise<void> {
  await ground.hypervisor.destroyDomain(domid);
  await removeTree(ground.store, domid);
}

export async function removeTree(store: XenStoreClient, domid: Domid): Promise<void> {
  await store.transaction(async (tx) => {
    const backs = ['vbd', 'qdisk', 'vif'].map((kind) => `${home(0)}/backend/${kind}/${domid}`);
    for (const path of [home(domid), ...backs]) if (await tx.exists(path)) await tx.remove(path);
  });
}

export function home(domid: number): string {
  return `/local/domain/${domid}`;
}

export function frontPath(domid: Domid, { kind, id }: DeviceWish): string {
  return `${home(domid)}/device/${kind === 'qdisk' ? 'vbd' : kind}/${id}`;
}

export function backPath(domid: Domid, { kind, id, backend }: DeviceWish): string {
  return `${home(backend ?? 0)}/backend/${kind}/${domid}/${id}`;
}

export function awaitState(store: XenStoreClient, path: string, state: number): Promise<true> {
  return store.waitFor(
    `${path}/state`,
    (text) => (parseXenbusState(text) === state ? true : undefined),
    LIMIT,
  );
}

/** Waits until a domain satisfies `check`, whenever the store says that some domain has stopped. */
export async function awaitDomain(
  { hypervisor, store }: Ground,
  domid: Domid,
  check: (info: Awaited<ReturnType<Hypervisor['domain']>>) => boolean,
): Promise<void> {
  const watch = await store.watch('@releaseDomain');
  try {
    for await (const _ of watch) if (check(await hypervisor.domain(domid))) return;
  } finally {
    await watch.close();
  }
}

/**
 * Asks again and again until a destroyed domain is gone: no event tells when the last of its pages
 * was unmapped. Each answer lets the machine go on.
 */
export async function awaitGone(hypervisor: Hypervisor, domid: Domid): Promise<void> {
  for (let asked = 0; asked < 10_000; asked += 1) {
    if ((await hypervisor.domain(domid)) === undefined) return;
  }
  throw new Error(`domain ${domid} is still there`);
}

/** Asks again and again until a domain is as `check` wants it, where no event tells of it. */
export async function awaitInfo(
  hypervisor: Hypervisor,
  domid: Domid,
  check: (info: DomainInfo) => boolean,
): Promise<DomainInfo> {
  for (let asked = 0; asked < 50_000; asked += 1) {
    const info = await hypervisor.domain(domid);
    if (info !== undefined && check(info)) return info;
  }
  throw new Error(`domain ${domid} did not become as it should be`);
}

/** Asks the guest to suspend and waits until it has. */
export async function suspendGuest(ground: Ground, domid: Domid): Promise<void> {
  await ground.store.write(`${home(domid)}/control/shutdown`, 'suspend');
  await awaitDomain(ground, domid, (info) => info?.shutdown === 'suspend');
}

function guestReads(domid: Domid): Permissions {
  return [
    { access: 'n', domid: 0 },
    { access: 'r', domid },
  ];
}

function guestOwns(domid: Domid): Permissions {
  return [{ access: 'n', domid }];
}

async function put(
  tx: StoreView,
  path: string,
  value: string,
  permissions: Permissions,
): Promise<void> {
  await tx.write(path, value);
  await tx.setPermissions(path, permissions);
}
