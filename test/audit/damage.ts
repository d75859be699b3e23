import type {
  DomainInfo,
  Domid,
  FindingCode,
  Repair,
  RepairCondition,
  Uuid,
} from '../../src/model/index.js';
import { parsePermissions } from '../../src/xenstore/permissions.js';
import type { Nodes } from './snapshots.js';

/** A sound host, to be damaged in place. */
export interface Ground {
  readonly nodes: Nodes;
  readonly domains: DomainInfo[];
}

export interface Victim {
  readonly domid: Domid;
  readonly uuid: Uuid;
  /** The three paths of a device that it has: record, front end, back end. */
  readonly device: { readonly record: string; readonly front: string; readonly back: string };
}

export interface Expected {
  readonly code: FindingCode;
  readonly path: string;
}

type Damage = (ground: Ground, victim: Victim) => Expected[];

export function put(nodes: Nodes, path: string, value = '', permissions = 'n0'): void {
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (parent !== '' && !nodes.has(parent)) put(nodes, parent);
  nodes.set(path, { value, permissions: parsePermissions(permissions) });
}

export function cut(nodes: Nodes, root: string): void {
  for (const path of [...nodes.keys()]) {
    if (path === root || path.startsWith(`${root}/`)) nodes.delete(path);
  }
}

function revalue(nodes: Nodes, path: string, value: string): void {
  const node = nodes.get(path);
  if (node === undefined) throw new Error(`there is no ${path} to damage`);
  nodes.set(path, { ...node, value });
}

function repermit(nodes: Nodes, path: string, permissions: string): void {
  const node = nodes.get(path);
  if (node === undefined) throw new Error(`there is no ${path} to damage`);
  nodes.set(path, { ...node, permissions: parsePermissions(permissions) });
}

export const DAMAGES: Readonly<Record<string, Damage>> = {
  'the domain is lost': ({ domains }, { domid, uuid }) => {
    domains.splice(
      domains.findIndex((info) => info.domid === domid),
      1,
    );
    return [
      { code: 'orphan-home', path: `/local/domain/${domid}` },
      { code: 'orphan-record', path: `/libxl/${domid}` },
      { code: 'orphan-back-end', path: `/local/domain/0/backend/console/${domid}` },
      { code: 'orphan-vm', path: `/vm/${uuid}` },
    ];
  },
  'the home is lost': ({ nodes }, { domid }) => {
    cut(nodes, `/local/domain/${domid}`);
    return [{ code: 'no-home', path: `/local/domain/${domid}` }];
  },
  'the front end is lost': ({ nodes }, { device }) => {
    cut(nodes, device.front);
    return [{ code: 'no-front-end', path: device.front }];
  },
  'the back end is lost': ({ nodes }, { device }) => {
    cut(nodes, device.back);
    return [{ code: 'no-back-end', path: device.back }];
  },
  'the record is lost': ({ nodes }, { device }) => {
    cut(nodes, device.record);
    return [{ code: 'no-record', path: device.record }];
  },
  'only the record is left': ({ nodes }, { device }) => {
    cut(nodes, device.front);
    cut(nodes, device.back);
    return [{ code: 'stale-record', path: device.record }];
  },
  'only the back end is left': ({ nodes }, { device }) => {
    cut(nodes, device.front);
    cut(nodes, device.record);
    return [{ code: 'lone-back-end', path: device.back }];
  },
  'a driver domain claims to serve the device': ({ nodes }, { device }) => {
    const back = device.back.replace('/local/domain/0/', '/local/domain/9/');
    put(nodes, `${back}/state`, '4', 'n9');
    return [{ code: 'lone-back-end', path: back }];
  },
  'the guest points elsewhere': ({ nodes }, { device }) => {
    revalue(nodes, `${device.front}/backend`, '/local/domain/0/backend/vbd/77/51712');
    return [{ code: 'front-end-elsewhere', path: `${device.front}/backend` }];
  },
  'the directory below /vm is lost': ({ nodes }, { domid, uuid }) => {
    cut(nodes, `/vm/${uuid}`);
    return [{ code: 'no-vm', path: `/local/domain/${domid}/vm` }];
  },
  'a reference outlives its domain': ({ nodes }, { uuid }) => {
    put(nodes, `/vm/${uuid}/domains/4711`);
    return [{ code: 'stale-reference', path: `/vm/${uuid}/domains/4711` }];
  },
  'a reference names another domain': ({ nodes }, { uuid }) => {
    put(nodes, `/vm/${uuid}/domains/9`);
    return [{ code: 'stale-reference', path: `/vm/${uuid}/domains/9` }];
  },
  'the reference is lost': ({ nodes }, { domid, uuid }) => {
    const path = `/vm/${uuid}/domains/${domid}`;
    // In a tree for xl's readers alone there are none to lose.
    if (!nodes.has(path)) return [];
    cut(nodes, path);
    return [{ code: 'missing-reference', path }];
  },
  'a back-pointer names nothing': ({ nodes }, { domid, uuid }) => {
    put(nodes, `/vm/${uuid}/device/vbd/1/frontend`, `/local/domain/${domid}/device/vbd/1`);
    return [{ code: 'stale-back-pointer', path: `/vm/${uuid}/device/vbd/1` }];
  },
  'the name below /vm is an old one': ({ nodes }, { uuid }) => {
    revalue(nodes, `/vm/${uuid}/name`, 'of old');
    return [{ code: 'wrong-vm-name', path: `/vm/${uuid}/name` }];
  },
  'a directory is left empty': ({ nodes }, { domid }) => {
    put(nodes, `/local/domain/0/backend/vtpm/${domid}`);
    return [{ code: 'empty-directory', path: `/local/domain/0/backend/vtpm/${domid}` }];
  },
  'a key may be read by another guest': ({ nodes }, { domid }) => {
    repermit(nodes, `/local/domain/${domid}/memory/target`, `n0,r${domid},r9`);
    return [{ code: 'wrong-permissions', path: `/local/domain/${domid}/memory/target` }];
  },
  'a key may be written by its guest': ({ nodes }, { domid }) => {
    repermit(nodes, `/libxl/${domid}/type`, `n${domid}`);
    return [{ code: 'wrong-permissions', path: `/libxl/${domid}/type` }];
  },
  'a directory and all below it is kept from its guest': ({ nodes }, { uuid }) => {
    for (const path of nodes.keys()) {
      if (path.startsWith(`/vm/${uuid}`)) repermit(nodes, path, 'n0');
    }
    return [{ code: 'wrong-permissions', path: `/vm/${uuid}` }];
  },
  "a guest's own key is taken from it": ({ nodes }, { domid }) => {
    repermit(nodes, `/local/domain/${domid}/control/shutdown`, `n0,r${domid}`);
    return [{ code: 'wrong-permissions', path: `/local/domain/${domid}/control/shutdown` }];
  },
  'a value is none of its format': ({ nodes }, { domid }) => {
    revalue(nodes, `/local/domain/${domid}/memory/target`, '128 MiB');
    return [{ code: 'wrong-value', path: `/local/domain/${domid}/memory/target` }];
  },
  "the domid is another's": ({ nodes }, { domid }) => {
    revalue(nodes, `/local/domain/${domid}/domid`, '9');
    return [{ code: 'wrong-value', path: `/local/domain/${domid}/domid` }];
  },
  'a device model outlives its domain': ({ nodes }) => {
    put(nodes, '/local/domain/0/device-model/4712/state', 'running');
    return [{ code: 'orphan-device-model', path: '/local/domain/0/device-model/4712' }];
  },
};

/** Does a repair to the nodes, if it is still called for, as the step of a plan does to a store. */
export function mend(nodes: Nodes, { edits, conditions }: Repair): void {
  if (!conditions.every((condition) => holds(nodes, condition))) return;
  for (const edit of edits) {
    switch (edit.edit) {
      case 'write':
        put(nodes, edit.path, edit.value, edit.permissions);
        break;
      case 'permit':
        revalue(nodes, edit.path, nodes.get(edit.path)?.value ?? '');
        put(nodes, edit.path, nodes.get(edit.path)?.value ?? '', edit.permissions);
        break;
      case 'remove':
        cut(nodes, edit.path);
        if (edit.upTo !== undefined) prune(nodes, edit.path, edit.upTo);
    }
  }
}

function prune(nodes: Nodes, path: string, upTo: string): void {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const hasChildren = [...nodes.keys()].some((each) => each.startsWith(`${parent}/`));
  if (parent.length <= upTo.length || hasChildren) return;
  nodes.delete(parent);
  prune(nodes, parent, upTo);
}

/** Of what the hypervisor says nothing changes here. */
function holds(nodes: Nodes, condition: RepairCondition): boolean {
  switch (condition.is) {
    case 'there':
      return nodes.has(condition.path);
    case 'missing':
      return !nodes.has(condition.path);
    case 'empty':
      return ![...nodes.keys()].some((path) => path.startsWith(`${condition.path}/`));
    case 'value':
      return nodes.get(condition.path)?.value === condition.value;
    default:
      return true;
  }
}
