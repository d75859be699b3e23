import type { StoreView } from '../xenstore/client.js';
import { parentPath } from '../xenstore/path.js';
import { formatPermissions } from '../xenstore/permissions.js';
import type { Node } from './key.js';

/**
 * Writes new nodes, parents before children, all requests in one go. A permission list is only
 * sent where the node would not inherit it: that saves half of the requests.
 */
export async function writeNodes(view: StoreView, nodes: readonly Node[]): Promise<void> {
  const written = new Map<string, string>();
  const requests: Promise<void>[] = [];
  for (const { path, value, permissions } of nodes) {
    const wanted = formatPermissions(permissions);
    requests.push(view.write(path, value));
    if (written.get(parentPath(path) ?? '') !== wanted) {
      requests.push(view.setPermissions(path, permissions));
    }
    written.set(path, wanted);
  }
  await Promise.all(requests);
}
