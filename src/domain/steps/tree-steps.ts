import {
  dropReference,
  LIBXL,
  pruneEmpty,
  removeDomainTree,
  startTimeAt,
  VMS,
  vmPath,
  vmPointerPath,
  writeConsoleRing,
  writeDetails,
  writeRings,
  writeSkeleton,
  writeVm,
} from '../../layout/index.js';
import type { Domid, JsonObject, Uuid } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { StoreView } from '../../xenstore/client.js';
import type { Host } from '../host.js';
import { configIn, domidIn, maybeDomidIn, numberIn, textIn, uuidIn } from '../step-state.js';

/** `args.suffix` is put behind the name: what comes in must not be found by it yet. */
export function writeSkeletonStep(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const config = configIn(state);
      const suffix = typeof args.suffix === 'string' ? args.suffix : '';
      const domid = domidIn(state, 'newDomid');
      const facts = { domid, config, name: config.name + suffix };
      const isFirst = isFirstHere(state);
      await host.store.transaction((tx) => writeSkeleton(tx, facts, isFirst));
      // Of a domain that is new here the tree shows the name from now on.
      if (isFirst) host.names.release(config.name, config.uuid);
    },
    undo: ({ state }) => removeTree(host, domidIn(state, 'newDomid'), uuidIn(state)),
  };
}

/** What is known by now: the rings are when the domain was built, not while it is to be received. */
export function writeDetailsStep(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'newDomid');
      const config = configIn(state);
      const base = { domid, config, name: config.name };
      const isFirst = isFirstHere(state);
      await host.store.transaction(async (tx) => {
        await writeDetails(tx, { ...base, storePort: numberIn(state, 'storePort') });
        if (hasRings(state))
          await writeRings(tx, { ...base, storeFrame: textIn(state, 'storeFrame') });
        if (isFirst) await writeVm(tx, { config, startTime: startTimeAt(Date.now()) });
      });
    },
  };
}

/** For a domain whose devices were there before its memory. */
export function writeRingsStep(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'newDomid');
      const config = configIn(state);
      await host.store.transaction(async (tx) => {
        const facts = { domid, config, name: config.name, storeFrame: textIn(state, 'storeFrame') };
        await writeRings(tx, facts);
        await writeConsoleRing(tx, domid, textIn(state, 'consoleFrame'));
      });
    },
  };
}

export function removeTreeStep(host: Host): StepHandler {
  return { do: ({ state }) => removeTree(host, domidIn(state, 'domid'), uuidIn(state)) };
}

/** Whether the domain comes to be, rather than moves from another domid. */
function isFirstHere(state: JsonObject): boolean {
  return state.fresh === true || maybeDomidIn(state, 'domid') === undefined;
}

export function hasRings(state: JsonObject): boolean {
  return state.storeFrame !== undefined;
}

async function removeTree(host: Host, domid: Domid, uuid: Uuid): Promise<void> {
  await host.store.transaction(async (tx) => {
    if (await isAnothersTree(tx, domid, uuid)) await dropReference(tx, uuid, domid);
    else await removeDomainTree(tx, domid, uuid);
    await Promise.all([pruneEmpty(tx, VMS, ''), pruneEmpty(tx, LIBXL, '')]);
  });
}

/** Numbers come round again: a tree that names another UUID is another domain's. */
export async function isAnothersTree(view: StoreView, domid: Domid, uuid: Uuid): Promise<boolean> {
  const vm = await view.maybeRead(vmPointerPath(domid));
  return vm !== undefined && vm !== vmPath(uuid);
}
