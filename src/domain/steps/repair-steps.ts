import { pruneParents, removeIfThere } from '../../layout/index.js';
import {
  type Domid,
  type JsonObject,
  parseDomid,
  type Repair,
  type RepairCondition,
  type RepairEdit,
  ToolstackError,
} from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import { formatPermissions, parsePermissions } from '../../xenstore/permissions.js';
import type { StoreView } from '../../xenstore/view.js';
import type { Host } from '../host.js';

/**
 * Does one repair that an audit proposed, if all that it was proposed for is still true. Whether it
 * is, is read in the transaction that repairs: who changes it meanwhile makes the transaction
 * collide, and it is looked at again.
 */
export function repairStep(host: Host): StepHandler {
  return {
    async do({ args }) {
      const { edits, conditions } = repairIn(args);
      await host.store.transaction(async (tx) => {
        for (const edit of edits) await look(tx, edit.path);
        if (!(await allHold(host, tx, conditions))) return;
        for (const edit of edits) await apply(tx, edit);
      });
    },
    // The first repair of a plan is its pivot.
    async isDone({ args }) {
      const { edits, conditions } = repairIn(args);
      if (!(await allHold(host, host.store, conditions))) return true;
      for (const edit of edits) if (!(await isInEffect(host.store, edit))) return false;
      return true;
    },
  };
}

/**
 * Reads what a domain that came to be meanwhile would have changed. The hypervisor is asked after
 * this, and the store writes only if this is still what it says: so nothing that is new is removed.
 */
async function look(tx: StoreView, path: string): Promise<void> {
  if (!(await tx.exists(path))) return;
  const children = await tx.list(path);
  await Promise.all([
    tx.read(path),
    tx.getPermissions(path),
    ...children.map((child) => tx.read(`${path}/${child}`)),
  ]);
}

async function allHold(
  host: Host,
  view: StoreView,
  conditions: readonly RepairCondition[],
): Promise<boolean> {
  for (const condition of conditions) if (!(await holds(host, view, condition))) return false;
  return true;
}

async function holds(host: Host, view: StoreView, condition: RepairCondition): Promise<boolean> {
  switch (condition.is) {
    case 'gone':
      return (await host.hypervisor.domain(domidOf(condition.domid))) === undefined;
    case 'nowhere': {
      const domains = await host.hypervisor.domains();
      return domains.every(({ uuid }) => uuid !== condition.uuid);
    }
    case 'living': {
      const info = await host.hypervisor.domain(domidOf(condition.domid));
      return info !== undefined && info.uuid === condition.uuid && !info.dying;
    }
    case 'there':
      return view.exists(condition.path);
    case 'missing':
      return !(await view.exists(condition.path));
    case 'empty':
      return (await view.maybeList(condition.path))?.length === 0;
    case 'value':
      return (await view.maybeRead(condition.path)) === condition.value;
  }
}

async function apply(tx: StoreView, edit: RepairEdit): Promise<void> {
  switch (edit.edit) {
    case 'remove':
      await removeIfThere(tx, edit.path);
      if (edit.upTo !== undefined) await pruneParents(tx, edit.path, edit.upTo);
      return;
    case 'write':
      await tx.write(edit.path, edit.value);
      await tx.setPermissions(edit.path, parsePermissions(edit.permissions));
      return;
    case 'permit':
      if (await tx.exists(edit.path)) {
        await tx.setPermissions(edit.path, parsePermissions(edit.permissions));
      }
  }
}

async function isInEffect(view: StoreView, edit: RepairEdit): Promise<boolean> {
  const { path } = edit;
  const isThere = await view.exists(path);
  if (edit.edit === 'remove') return !isThere;
  if (!isThere) return edit.edit === 'permit';
  if (edit.edit === 'write' && (await view.readText(path)) !== edit.value) return false;
  return formatPermissions(await view.getPermissions(path)) === edit.permissions;
}

function repairIn({ repair }: JsonObject): Repair {
  if (typeof repair !== 'object' || repair === null) {
    throw new ToolstackError('internal', 'the step of a repair does not say what to repair');
  }
  return repair as unknown as Repair;
}

function domidOf(value: number): Domid {
  const domid = parseDomid(String(value));
  if (domid === undefined) throw new ToolstackError('internal', `${value} is no domid`);
  return domid;
}
