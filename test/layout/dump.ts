import { formatPermissions } from '../../src/xenstore/permissions.js';
import type { StoreView } from '../../src/xenstore/view.js';

/** A store's nodes by path: `"value" (permissions)`, with unprintable bytes escaped. */
export type Dump = ReadonlyMap<string, string>;

/** Everything at and below `root`, as `xenstore-ls -fp` shows it. */
export async function dump(store: StoreView, root = '/'): Promise<Dump> {
  const nodes = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    const [value, permissions, children] = await Promise.all([
      store.read(path),
      store.getPermissions(path),
      store.list(path),
    ]);
    const text = JSON.stringify(value.toString('latin1'));
    nodes.set(path, `${text} (${formatPermissions(permissions)})`);
    const prefix = path === '/' ? '/' : `${path}/`;
    await Promise.all(children.map((child) => visit(prefix + child)));
  };
  await visit(root);
  return new Map([...nodes].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Lines for comparing in an assertion, whose failure then shows the difference. */
export function lines(nodes: Dump): string[] {
  return [...nodes].map(([path, node]) => `${path} = ${node}`);
}

/** The nodes that belong to a domid, point to it, or give it a right. */
export function naming(nodes: Dump, domid: number): string[] {
  const path = new RegExp(`/(domain|libxl|domains|vbd|qdisk|vif|console)/${domid}(/|$)`);
  const reference = new RegExp(`/(domain|vbd|qdisk|vif|console)/${domid}[/"]|[nrwb]${domid}[,)]`);
  const found = [...nodes].filter(([at, node]) => path.test(at) || reference.test(node));
  return lines(new Map(found));
}
