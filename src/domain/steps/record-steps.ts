import type { IncarnationCause, IncarnationEnd } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { recordEvent } from '../record-event.js';
import { configIn, domidIn, textIn, uuidIn } from '../step-state.js';

/** Writes down that a domain lives under a new domid from now on. */
export function recordIncarnation(host: Host): StepHandler {
  return {
    do({ state, args, operation }) {
      const at = Date.now();
      const cause = textIn(args, 'cause') as IncarnationCause;
      const uuid = uuidIn(state);
      const domid = domidIn(state, 'newDomid');
      const name = textIn(state, 'name');
      host.chronicle.saveConfig(uuid, configIn(state), at);
      host.chronicle.beginIncarnation({ uuid, name, host: host.name, domid, cause, operation, at });
      recordEvent(host, { uuid, domid }, 'began', { cause, name });
      return Promise.resolve();
    },
    undo({ state, operation }) {
      host.chronicle.rollBackIncarnations(operation, uuidIn(state), Date.now());
      return Promise.resolve();
    },
    isDone: () => Promise.resolve(false),
  };
}

/** Keeps what the domain is like from now on: with that it reboots and migrates. */
export function saveConfig(host: Host): StepHandler {
  return {
    do({ state }) {
      host.chronicle.saveConfig(uuidIn(state), configIn(state), Date.now());
      return Promise.resolve();
    },
    isDone({ state }) {
      const saved = host.chronicle.config(uuidIn(state));
      return Promise.resolve(JSON.stringify(saved) === JSON.stringify(configIn(state)));
    },
  };
}

/** Writes down that a domain has left its domid. */
export function recordEnd(host: Host): StepHandler {
  return {
    do({ state, args }) {
      const at = Date.now();
      const end = textIn(args, 'end') as IncarnationEnd;
      const uuid = uuidIn(state);
      const domid = domidIn(state, 'domid');
      host.chronicle.endIncarnation({ uuid, host: host.name, domid, end, at });
      recordEvent(host, { uuid, domid }, 'ended', { cause: end });
      // One that only moves, or is made anew by the steps that follow, needs them again.
      if (end !== 'migrate' && state.fresh !== true) host.vncPasswords.forget(uuid);
      return Promise.resolve();
    },
  };
}

/** The first step of cleaning up after a host that lost its domains: nothing is to be done yet. */
export function noteLoss(host: Host): StepHandler {
  return {
    do({ state }) {
      recordEvent(host, { uuid: uuidIn(state), domid: domidIn(state, 'domid') }, 'lost');
      return Promise.resolve();
    },
  };
}
