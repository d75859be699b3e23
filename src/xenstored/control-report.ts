import { formatPermissions } from '../xenstore/permissions.js';
import { PAYLOAD_MAX } from '../xenstore/wire.js';
import type { Connection } from './connection.js';
import { specialNames } from './domains.js';
import type { Store } from './store.js';
import { walk } from './tree.js';

const columns = ['id', 'domid', 'access', 'state', 'watches', 'transactions', 'waiting'];
const widths = [8, 7, 8, 9, 9, 14, 7];

/**
 * The connections whose id is not below `first`, a line each, as many as fit a reply; a last line
 * says where to go on. `waiting` counts replies and events that were not sent yet.
 */
export function connectionTable(connections: Iterable<Connection>, first: number): string {
  let table = row(columns);
  for (const connection of [...connections].sort((a, b) => a.id - b.id)) {
    if (connection.id < first) continue;
    const line = row([
      connection.id,
      connection.domid,
      connection.access,
      connection.state,
      connection.watches.size,
      connection.transactions.size,
      connection.outbox.length,
    ]);
    const goOn = `more: connections ${connection.id}\n`;
    if (table.length + line.length + goOn.length >= PAYLOAD_MAX) return table + goOn;
    table += line;
  }
  return table;
}

function row(cells: readonly (string | number)[]): string {
  const line = cells.map((cell, index) => String(cell).padEnd(widths[index] ?? 0));
  return `${line.join('').trimEnd()}\n`;
}

/** What the store holds, in figures. */
export function summary(store: Store): string {
  let nodes = 0;
  for (const _node of walk(store.tree.root, '/')) nodes += 1;
  const connections = [...store.connections()];
  const transactions = connections.reduce((sum, each) => sum + each.transactions.size, 0);
  const introduced = [...store.domains.all()].filter(({ ring }) => ring !== undefined).length;
  return [
    `generation    ${store.tree.generation}`,
    `nodes         ${nodes}`,
    `domains       ${introduced}`,
    `connections   ${connections.length}`,
    `watches       ${store.watches.size}`,
    `transactions  ${transactions}`,
    '',
  ].join('\n');
}

/** All that the store holds, as JSON lines: `kind` is global, domain, connection, watch or node. */
export function* dump(store: Store): Generator<string> {
  const { domains, tree } = store;
  const special = Object.fromEntries(
    specialNames.map((name) => [name, formatPermissions(domains.specialPermissions(name).entries)]),
  );
  yield line({ kind: 'global', generation: tree.generation, special });
  for (const { domid, ring, target, shutdown } of domains.all()) {
    const at = ring === undefined ? {} : { frame: String(ring.frame), port: ring.port };
    yield line({ kind: 'domain', domid, ...at, target: target?.domid, shutdown });
  }
  for (const { id, domid, access, state, watches, transactions } of store.connections()) {
    yield line({ kind: 'connection', id, domid, access, state, transactions: transactions.size });
    for (const { path, token } of watches.values()) {
      yield line({ kind: 'watch', connection: id, path, token });
    }
  }
  for (const [path, node] of walk(tree.root, '/')) {
    const { value, generation } = node;
    const permissions = formatPermissions(node.permissions.entries);
    yield line({ kind: 'node', path, permissions, generation, value });
  }
}

function line(record: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(record)}\n`;
}
