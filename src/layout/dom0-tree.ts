import { DOM0, DOM0_UUID } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { DOM0_MANUAL, DOM0_VM, type Dom0Facts } from './host-keys.js';
import { partiesOf } from './incarnations.js';
import { nodesOf } from './key.js';
import { homePath, vmPath } from './paths.js';
import { writeNodes } from './write-nodes.js';

/**
 * Writes what readers of the old manual look for of domain 0, as xend did when it started; once,
 * for it stays. What xl looks for is there from the host's start.
 */
export async function writeDom0(tx: StoreView, facts: Dom0Facts): Promise<void> {
  if (await tx.exists(vmPath(DOM0_UUID))) return;
  const parties = partiesOf(DOM0);
  await writeNodes(tx, [
    ...nodesOf(DOM0_MANUAL, homePath(DOM0), facts, parties),
    ...nodesOf(DOM0_VM, vmPath(DOM0_UUID), facts, parties),
  ]);
}
