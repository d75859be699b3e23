import { type Domid, type Kib, kib, kibToMib, type Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { homePath, vmPath } from './paths.js';

/*
 * Keys that say what may change while a domain runs, and their writing when it does. Each function
 * is the body of a transaction, or a part of it. What only readers of the old manual look for is
 * kept up where it is, and not made where it is not.
 */

/** What the store says of a domain's memory; parts are undefined where it does not. */
export interface MemoryKeys {
  readonly targetKib: Kib | undefined;
  readonly maxKib: Kib | undefined;
  readonly videoRamKib: Kib;
}

export async function readMemoryKeys(view: StoreView, domid: Domid): Promise<MemoryKeys> {
  const paths = [memoryTargetPath, memoryMaximumPath, videoRamPath];
  const [target, max, videoRam] = await Promise.all(
    paths.map((path) => view.maybeRead(path(domid))),
  );
  return {
    targetKib: readKib(target),
    maxKib: readKib(max),
    videoRamKib: readKib(videoRam) ?? kib(0),
  };
}

/** Tells the guest how far to balloon, as libxl_set_memory_target does; without video RAM. */
export async function writeMemoryTarget(
  tx: StoreView,
  { domid, uuid }: Incarnation,
  target: Kib,
): Promise<void> {
  await Promise.all([
    tx.write(memoryTargetPath(domid), String(target)),
    writeBelowVm(tx, uuid, 'memory', String(kibToMib(target))),
    overwrite(tx, `${homePath(domid)}/memory_KiB`, String(target)),
  ]);
}

/** Says how much memory the domain may have, as libxl_domain_setmaxmem does. */
export async function writeMemoryMaximum(
  tx: StoreView,
  { domid, uuid }: Incarnation,
  max: Kib,
): Promise<void> {
  await Promise.all([
    tx.write(memoryMaximumPath(domid), String(max)),
    overwrite(tx, `${vmPath(uuid)}/maxmem`, String(kibToMib(max))),
    overwrite(tx, `${homePath(domid)}/maxmem_KiB`, String(max)),
  ]);
}

/** Tells the guest which of its vcpus to use: the first `online` of `all`. */
export async function writeOnlineVcpus(
  tx: StoreView,
  { domid, uuid }: Incarnation,
  { online, all }: { readonly online: number; readonly all: number },
): Promise<void> {
  const home = homePath(domid);
  const bitmap = String((1n << BigInt(online)) - 1n);
  await Promise.all([
    ...Array.from({ length: all }, (_, vcpu) =>
      tx.write(availabilityPath(domid, vcpu), vcpu < online ? 'online' : 'offline'),
    ),
    overwrite(tx, `${vmPath(uuid)}/vcpu_avail`, bitmap),
    overwrite(tx, `${home}/vcpu_avail`, bitmap),
    overwrite(tx, `${home}/online_vcpus`, String(online)),
  ]);
}

/** How many of a domain's vcpus the guest is told to use. */
export async function readOnlineVcpus(view: StoreView, domid: Domid, all: number): Promise<number> {
  const values = await Promise.all(
    Array.from({ length: all }, (_, vcpu) => view.maybeRead(availabilityPath(domid, vcpu))),
  );
  return values.filter((value) => value === 'online').length;
}

/** The scheduler's weight. */
export async function writeCpuWeight(tx: StoreView, domid: Domid, weight: number): Promise<void> {
  await overwrite(tx, `${homePath(domid)}/cpu_weight`, String(weight));
}

interface Incarnation {
  readonly domid: Domid;
  readonly uuid: Uuid;
}

/** KiB. */
export function memoryTargetPath(domid: Domid): string {
  return `${homePath(domid)}/memory/target`;
}

/** KiB. */
export function memoryMaximumPath(domid: Domid): string {
  return `${homePath(domid)}/memory/static-max`;
}

function videoRamPath(domid: Domid): string {
  return `${homePath(domid)}/memory/videoram`;
}

function availabilityPath(domid: Domid, vcpu: number): string {
  return `${homePath(domid)}/cpu/${vcpu}/availability`;
}

async function overwrite(tx: StoreView, path: string, value: string): Promise<void> {
  if (await tx.exists(path)) await tx.write(path, value);
}

/** Makes the key where there is none, but not `/vm/<uuid>` itself. */
async function writeBelowVm(tx: StoreView, uuid: Uuid, key: string, value: string): Promise<void> {
  if (await tx.exists(vmPath(uuid))) await tx.write(`${vmPath(uuid)}/${key}`, value);
}

/** Anybody may have written it. */
function readKib(text: string | undefined): Kib | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? kib(Number(text)) : undefined;
}
