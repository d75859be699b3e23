import { forgetControl, noteRunning } from '../../layout/index.js';
import type { JsonObject } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { ifIntroduced } from '../if-introduced.js';
import { isStillThere } from '../listing.js';
import { recordEvent } from '../record-event.js';
import { domidIn, uuidIn } from '../step-state.js';

/** Lets no vcpu run any more. Xen counts pauses: one that is paused is not paused again. */
export function pauseDomain(host: Host): StepHandler {
  return {
    async do({ state }) {
      if (!(await isPaused(host, state)))
        await host.hypervisor.pauseDomain(domidIn(state, 'domid'));
    },
    isDone: ({ state }) => isPaused(host, state),
  };
}

export function unpauseDomain(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      if ((await host.hypervisor.domain(domid))?.paused !== false)
        await host.hypervisor.unpauseDomain(domid);
    },
    async isDone({ state }) {
      const info = await host.hypervisor.domain(domidIn(state, 'domid'));
      return info?.uuid === uuidIn(state) && !info.paused;
    },
  };
}

/** Lets a suspended guest go on where it was. */
export function resumeDomain(host: Host): StepHandler {
  return {
    async do({ state }) {
      await host.hypervisor.resumeDomain(domidIn(state, 'domid'));
    },
    async isDone({ state }) {
      const info = await host.hypervisor.domain(domidIn(state, 'domid'));
      return info?.uuid === uuidIn(state) && info.shutdown === undefined;
    },
  };
}

/** Tells the store that a domain runs again; nothing is left of the request to suspend. */
export function resumeStore(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      if (!(await isStillThere(host, domid, uuidIn(state)))) return;
      await ifIntroduced(host.store.resume(domid));
      await host.store.transaction((tx) => forgetControl(tx, domid));
    },
  };
}

const EVENTS = ['paused', 'unpaused', 'resumed'] as const;

/** Keeps what the store says of it up with whether the toolstack lets the domain run. */
export function noteRunState(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const domid = domidIn(state, 'domid');
      const uuid = uuidIn(state);
      if (!(await isStillThere(host, domid, uuid))) return;
      const info = await host.hypervisor.domain(domid);
      await host.store.transaction((tx) => noteRunning(tx, domid, info?.paused === false));
      const event = EVENTS.find((one) => one === args.event);
      if (event !== undefined) recordEvent(host, { uuid, domid }, event);
    },
  };
}

async function isPaused(host: Host, state: JsonObject): Promise<boolean> {
  const info = await host.hypervisor.domain(domidIn(state, 'domid'));
  return info?.uuid === uuidIn(state) && info.paused;
}
