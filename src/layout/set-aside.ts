import type { Domid, Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { writeName, writeVm } from './domain-tree.js';
import { type CompleteConfig, layoutOf } from './facts.js';
import { addReference, dropReference } from './incarnations.js';
import { vmPath, vmPointerPath } from './paths.js';
import { startTimePath } from './start-time.js';

/**
 * Gives a domain that does not run any more another name and UUID, so that both are free for its
 * successor (`libxl_domain_preserve`). Nothing happens to a tree that does not name `from`, so it may
 * be repeated.
 * @param to the config with the new name and UUID
 */
export async function moveAside(
  tx: StoreView,
  domid: Domid,
  from: Uuid,
  to: CompleteConfig,
): Promise<void> {
  const reference = vmPointerPath(domid);
  if ((await tx.maybeRead(reference)) !== vmPath(from)) return;
  const startTime = (await tx.maybeRead(startTimePath(vmPath(from)))) ?? '';
  await tx.write(reference, vmPath(to.uuid));
  await dropReference(tx, from, domid);
  await addReference(tx, to.uuid, domid, layoutOf(to));
  await writeVm(tx, { config: to, startTime });
  await writeName(tx, domid, to.name, to.uuid);
}
