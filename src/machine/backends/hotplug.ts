import { messageOf } from '../../model/index.js';
import type { BackEndHome, BackEndKind, Nodes, ReadNode } from './back-end-kind.js';

/**
 * Plays the hotplug script of a device: what it leaves in the store, or why it failed. Undefined
 * where there is none to play: the kind has no script, or whoever runs the toolstack runs it
 * (`libxl/disable_udev` of libxl) and writes `hotplug-status` himself.
 */
export async function playHotplug(
  home: BackEndHome,
  kind: BackEndKind,
  read: ReadNode,
): Promise<Nodes | undefined> {
  if (kind.hotplug === undefined) return undefined;
  const switched = `/local/domain/${home.domid}/libxl/disable_udev`;
  if ((await home.store.maybeRead(switched)) === '1') return undefined;
  try {
    return { ...(await kind.hotplug(read)), 'hotplug-status': 'connected' };
  } catch (error) {
    return { 'hotplug-error': messageOf(error), 'hotplug-status': 'error' };
  }
}
