import { noteRunning } from '../../layout/index.js';
import { type JsonObject, ToolstackError } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { ifIntroduced } from '../if-introduced.js';
import { incarnationsOf, isStillThere } from '../listing.js';
import { configIn, domidIn, maybeDomidIn, numberIn, textIn, uuidIn } from '../step-state.js';

/*
 * Steps that ask the hypervisor. In every plan `newDomid` is the domain that is being made and
 * `domid` the one that is being left.
 */

export function createDomain(host: Host): StepHandler {
  return {
    async do({ state }) {
      const { uuid, type, maxVcpus } = configIn(state);
      await destroyUnjournalled(host, state);
      return { newDomid: await host.hypervisor.createDomain({ uuid, type, maxVcpus }) };
    },
    undo: ({ state }) => destroyUnjournalled(host, state),
  };
}

/**
 * Ends what an earlier try has made. Its number may not have reached the journal: its UUID always
 * has.
 */
async function destroyUnjournalled(host: Host, state: JsonObject): Promise<void> {
  for (const { domid } of await incarnationsOf(host, uuidIn(state))) {
    if (domid !== maybeDomidIn(state, 'domid')) await host.hypervisor.destroyDomain(domid);
  }
}

export function prepareDomain(host: Host): StepHandler {
  return {
    async do({ state }) {
      const { maxVcpus, vcpus, maxMemoryKib, memoryKib } = configIn(state);
      const limits = { maxVcpus, vcpus, maxMemoryKib, memoryKib };
      const ports = await host.hypervisor.prepareDomain(domidIn(state, 'newDomid'), limits);
      return { ...ports };
    },
  };
}

export function build(host: Host): StepHandler {
  return {
    async do({ state }) {
      const { kernel, ramdisk, cmdline } = configIn(state);
      if (kernel === undefined) {
        throw new ToolstackError('ENOTSUP', 'the configuration names no kernel', {
          suggestions: ['Set kernel= to the path of a kernel.'],
        });
      }
      const { storeFrame, consoleFrame } = await host.hypervisor.buildDomain(
        domidIn(state, 'newDomid'),
        { kernel, ramdisk, cmdline },
        { storePort: numberIn(state, 'storePort'), consolePort: numberIn(state, 'consolePort') },
      );
      return { storeFrame: String(storeFrame), consoleFrame: String(consoleFrame) };
    },
  };
}

/**
 * Tells the store daemon of the domain, which can talk to it from then on. With `args.again` it knew
 * the domain before it was reset.
 */
export function introduce(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      if (args.again === true) await host.store.resume(domidIn(state, 'newDomid'));
      const frame = BigInt(textIn(state, 'storeFrame'));
      await host.store.introduce(domidIn(state, 'newDomid'), frame, numberIn(state, 'storePort'));
    },
    undo: ({ state }) => ifIntroduced(host.store.release(domidIn(state, 'newDomid'))),
  };
}

export function unpause(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'newDomid');
      await host.store.transaction((tx) => noteRunning(tx, domid, true));
      await host.hypervisor.unpauseDomain(domid);
    },
    async isDone({ state }) {
      const info = await host.hypervisor.domain(domidIn(state, 'newDomid'));
      return info?.uuid === uuidIn(state) && !info.paused;
    },
  };
}

/** Stops a domain that is to go, so that it changes nothing more. */
export function pause(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      if (await isStillThere(host, domid, uuidIn(state))) await host.hypervisor.pauseDomain(domid);
    },
    async isDone({ state }) {
      const domid = domidIn(state, 'domid');
      const info = await host.hypervisor.domain(domid);
      return info === undefined || info.uuid !== uuidIn(state) || info.paused || info.dying;
    },
  };
}

export function destroyDomain(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      if (await isStillThere(host, domid, uuidIn(state)))
        await host.hypervisor.destroyDomain(domid);
    },
  };
}
