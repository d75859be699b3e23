import {
  CONTROL_REQUESTS,
  type ControlRequest,
  forgetControl,
  hasTaken,
  requestControl,
  withdrawControl,
} from '../../layout/index.js';
import { ToolstackError } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import { preciseNow } from '../clock.js';
import { askGuest, callOffSuspend, suspendGuest } from '../control-request.js';
import type { Host } from '../host.js';
import { ifIntroduced } from '../if-introduced.js';
import { isStillThere, requireThere } from '../listing.js';
import { recordEvent } from '../record-event.js';
import { domidIn, uuidIn } from '../step-state.js';

/** Brings the guest to a halt, by its own consent. */
export function suspend(host: Host): StepHandler {
  return {
    async forecast({ state }) {
      await host.store.transaction((tx) => requestControl(tx, domidIn(state, 'domid'), 'suspend'));
      return { suspendedAt: preciseNow() };
    },
    async do({ state, signal }) {
      const domid = domidIn(state, 'domid');
      const uuid = uuidIn(state);
      await requireThere(host, domid, uuid);
      const { seenAt } = await suspendGuest(host, domid, signal);
      recordEvent(host, { uuid, domid }, 'suspended');
      return { suspendedAt: seenAt };
    },
    async undo({ state, signal, ending }) {
      const domid = domidIn(state, 'domid');
      const uuid = uuidIn(state);
      if ((await host.hypervisor.domain(domid))?.uuid !== uuid) return;
      if (await callOffSuspend(host, domid, signal, ending)) {
        await host.hypervisor.resumeDomain(domid);
        recordEvent(host, { uuid, domid }, 'resumed');
      }
      // Even if nobody had to wake it now: who woke it may have died before telling the store, which
      // would never again say that it has stopped.
      if ((await host.hypervisor.domain(domid))?.shutdown === undefined)
        await ifIntroduced(host.store.resume(domid));
      await host.store.transaction((tx) => forgetControl(tx, domid));
    },
    async isDone({ state }) {
      const info = await host.hypervisor.domain(domidIn(state, 'domid'));
      return info?.uuid === uuidIn(state) && info.shutdown === 'suspend';
    },
  };
}

/** Asks the guest to power off or to reboot; done when it has agreed to, or has done so. */
export function askGuestStep(host: Host): StepHandler {
  return {
    async forecast({ state, args }) {
      const domid = domidIn(state, 'domid');
      await host.store.transaction((tx) => requestControl(tx, domid, requestIn(args)));
      return undefined;
    },
    async do({ state, args, signal }) {
      const domid = domidIn(state, 'domid');
      await requireThere(host, domid, uuidIn(state));
      const stop = await askGuest(host, domid, requestIn(args), signal);
      return stop === undefined ? undefined : { stopped: stop.reason };
    },
    async undo({ state, args }) {
      const domid = domidIn(state, 'domid');
      if (!(await isStillThere(host, domid, uuidIn(state)))) return;
      await host.store.transaction((tx) => withdrawControl(tx, domid, requestIn(args)));
    },
    async isDone({ state, args }) {
      const domid = domidIn(state, 'domid');
      const info = await host.hypervisor.domain(domid);
      if (info?.uuid !== uuidIn(state) || info.dying) return false;
      return info.shutdown !== undefined || hasTaken(host.store, domid, requestIn(args));
    },
  };
}

/** Takes the note of a request away that the guest has taken. */
export function forgetRequest(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      if (!(await isStillThere(host, domid, uuidIn(state)))) return;
      await host.store.transaction((tx) => forgetControl(tx, domid));
    },
  };
}

function requestIn(args: { readonly [key: string]: unknown }): ControlRequest {
  const request = CONTROL_REQUESTS.find((one) => one === args.request);
  if (request === undefined) throw new ToolstackError('internal', 'nothing is asked for');
  return request;
}
