import { audit, type Snapshot, type TreeNode } from '../audit/index.js';
import { DOMAINS, LIBXL, VMS } from '../layout/index.js';
import {
  type AuditReport,
  DOM0_UUID,
  type Domid,
  type LeftAlone,
  type OperationRecord,
  parseDomid,
} from '../model/index.js';
import type { Store, StoreView } from '../xenstore/client.js';
import { isXenStoreError } from '../xenstore/errors.js';
import type { Toolstack } from './toolstack.js';

/**
 * What is wrong on this host just now. Other toolstacks may be at work, and tell nobody: only what
 * two looks in a row find counts.
 */
export async function auditHost(toolstack: Toolstack): Promise<AuditReport> {
  const first = await takeSnapshot(toolstack);
  const found = audit(first.snapshot);
  const { snapshot, leftAlone } = found.length === 0 ? first : await takeSnapshot(toolstack);
  const before = new Set(found.map(({ code, path }) => `${code} ${path}`));
  const findings = audit(snapshot).filter(({ code, path }) => before.has(`${code} ${path}`));
  return { findings, leftAlone, domains: snapshot.domains.length, keys: snapshot.nodes.size };
}

interface Look {
  readonly snapshot: Snapshot;
  readonly leftAlone: readonly LeftAlone[];
}

async function takeSnapshot({ host, history }: Toolstack): Promise<Look> {
  const nodes = await readTree(host.store, [DOMAINS, VMS, LIBXL]);
  const domains = await host.hypervisor.domains();
  // Read last: what has begun since the tree was read is left alone as well.
  const unfinished = history.journal.unfinished().filter(({ uuid }) => uuid !== DOM0_UUID);
  const uuids = new Set(unfinished.map(({ uuid }) => uuid));
  const domids = new Set(unfinished.flatMap(domidsIn));
  const isKnown = (uuid: Parameters<typeof history.records.config>[0]): boolean =>
    history.records.config(uuid) !== undefined;
  const known = new Set(domains.map(({ uuid }) => uuid).filter(isKnown));
  return {
    snapshot: {
      nodes,
      domains,
      busy: { uuids, domids },
      known,
      expected: history.queries.living(host.name),
    },
    leftAlone: unfinished.map(({ uuid, name, id, kind, status }) => {
      return { uuid, name, operation: id, kind, status };
    }),
  };
}

function domidsIn({ state }: OperationRecord): Domid[] {
  return [state.domid, state.newDomid]
    .map((value) => (typeof value === 'number' ? parseDomid(String(value)) : undefined))
    .filter((domid) => domid !== undefined);
}

/** What is below these paths, as it was at one moment where the store can tell. */
export async function readTree(
  store: Store,
  roots: readonly string[],
): Promise<Map<string, TreeNode>> {
  let nodes = new Map<string, TreeNode>();
  try {
    await store.transaction(
      async (tx) => {
        nodes = new Map();
        for (const root of roots) await readBelow(tx, root, nodes);
      },
      { attempts: 1 },
    );
  } catch (error) {
    // Others have written since. What was read is no worse for that.
    if (!isXenStoreError(error, 'EAGAIN')) throw error;
  }
  return nodes;
}

async function readBelow(
  view: StoreView,
  path: string,
  nodes: Map<string, TreeNode>,
): Promise<void> {
  try {
    const [value, permissions, children] = await Promise.all([
      view.readText(path),
      view.getPermissions(path),
      view.list(path),
    ]);
    nodes.set(path, { value, permissions });
    await Promise.all(children.map((child) => readBelow(view, `${path}/${child}`, nodes)));
  } catch (error) {
    // It went while we read, or there never was such a root.
    if (!isXenStoreError(error, 'ENOENT')) throw error;
  }
}
