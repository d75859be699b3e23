import { readMemoryKeys, writeMemoryMaximum, writeMemoryTarget } from '../../layout/index.js';
import { type JsonObject, type Kib, kib } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { isStillThere } from '../listing.js';
import { domidIn, numberIn, uuidIn } from '../step-state.js';

/** What the guest may claim from the hypervisor; the undo restores `args.was`. All in KiB. */
export function limitMemory(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      await host.hypervisor.setMaxMemory(domidIn(state, 'domid'), kibIn(args, 'max'));
    },
    async undo({ state, args }) {
      const domid = domidIn(state, 'domid');
      if (await isStillThere(host, domid, uuidIn(state)))
        await host.hypervisor.setMaxMemory(domid, kibIn(args, 'was'));
    },
  };
}

/** Tells the guest how far to balloon; `args.target` in KiB, without video RAM. */
export function setMemoryTarget(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const target = kibIn(args, 'target');
      await host.store.transaction((tx) => writeMemoryTarget(tx, subject(state), target));
    },
    async isDone({ state, args }) {
      const { targetKib } = await readMemoryKeys(host.store, domidIn(state, 'domid'));
      return targetKib === kibIn(args, 'target');
    },
  };
}

/** Says how much memory the domain may have from now on; `args.max` in KiB. */
export function setMemoryMaximum(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const max = kibIn(args, 'max');
      await host.store.transaction((tx) => writeMemoryMaximum(tx, subject(state), max));
    },
    async isDone({ state, args }) {
      const { maxKib } = await readMemoryKeys(host.store, domidIn(state, 'domid'));
      return maxKib === kibIn(args, 'max');
    },
  };
}

function subject(state: JsonObject) {
  return { domid: domidIn(state, 'domid'), uuid: uuidIn(state) };
}

function kibIn(args: JsonObject, key: string): Kib {
  return kib(numberIn(args, key));
}
