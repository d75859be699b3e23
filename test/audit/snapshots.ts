import { readFileSync } from 'node:fs';
import type { Snapshot, TreeNode } from '../../src/audit/index.js';
import { DOM0, DOM0_UUID, type DomainInfo, domid, kib, uuid } from '../../src/model/index.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';

export type Nodes = Map<string, TreeNode>;

/** What `xenstore-ls -fp` printed: lines of `path = "value"   (permissions)`. */
export function goldenNodes(name: string): Nodes {
  const file = new URL(`golden/${name}.xenstore`, import.meta.url);
  const nodes: Nodes = new Map();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, path, value, permissions] = /^(\S+) = "(.*)" {3}\((.*)\)$/.exec(line) ?? [];
    if (path === undefined || value === undefined || permissions === undefined) continue;
    nodes.set(path, { value, permissions: parsePermissions(permissions) });
  }
  return nodes;
}

export function info(number: number, id: string, more: Partial<DomainInfo> = {}): DomainInfo {
  return {
    domid: domid(number),
    uuid: uuid(id),
    type: 'pv',
    running: false,
    blocked: true,
    paused: false,
    shutdown: undefined,
    dying: false,
    memoryKib: kib(8192),
    maxMemoryKib: kib(8192),
    vcpus: 1,
    maxVcpus: 1,
    cpupool: 0,
    cpuTimeNs: 0,
    ...more,
  };
}

/** A host with these guests, and domain 0. */
export function snapshot(nodes: Nodes, guests: readonly DomainInfo[], more = {}): Snapshot {
  return {
    nodes,
    domains: [info(DOM0, DOM0_UUID), ...guests],
    busy: { uuids: new Set(), domids: new Set() },
    known: new Set(),
    expected: [],
    ...more,
  };
}
