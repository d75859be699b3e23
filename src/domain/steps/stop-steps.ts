import { moveAside, writeConsoleTty } from '../../layout/index.js';
import { type JsonObject, ToolstackError, type Uuid } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { isStillThere } from '../listing.js';
import { recordEvent } from '../record-event.js';
import { configIn, domidIn, textIn, uuidIn } from '../step-state.js';

/** What is to be done about a stop is in the journal from here on; that is all there is to it. */
export function decide(): StepHandler {
  return { do: () => Promise.resolve(), isDone: () => Promise.resolve(false) };
}

/** For a while no tree shows the name. Nobody else may take it then. */
export function holdName(host: Host): StepHandler {
  return {
    do({ state }) {
      host.names.claim(configIn(state).name, uuidIn(state));
      return Promise.resolve();
    },
  };
}

/** The domain stays as it is, for people to look at. */
export function preserve(host: Host): StepHandler {
  return {
    do({ state, args }) {
      const { reason, givenUp } = { reason: textIn(state, 'reason'), givenUp: args.givenUp };
      const domain = { uuid: uuidIn(state), domid: domidIn(state, 'domid') };
      if (isObject(givenUp)) recordEvent(host, domain, 'given-up', { reason, ...givenUp });
      else recordEvent(host, domain, 'preserved', { reason });
      return Promise.resolve();
    },
  };
}

/** Makes room for a successor: the domain stays as it is, under another UUID and name. */
export function setAside(host: Host): StepHandler {
  return {
    async do({ state, operation }) {
      const uuid = uuidIn(state);
      const domid = domidIn(state, 'domid');
      const aside = { ...configIn(state), ...asideIn(state) };
      const info = await host.hypervisor.domain(domid);
      if (info?.uuid !== uuid && info?.uuid !== aside.uuid) return;
      await host.store.transaction((tx) => moveAside(tx, domid, uuid, aside));
      if (info.uuid === uuid) await host.hypervisor.setUuid(domid, aside.uuid);
      const at = Date.now();
      const { chronicle, name } = host;
      chronicle.endIncarnation({ uuid, host: name, domid, end: 'shutdown', at });
      chronicle.beginIncarnation({
        uuid: aside.uuid,
        name: aside.name,
        host: name,
        domid,
        cause: 'preserve',
        operation,
        at,
      });
      chronicle.saveConfig(aside.uuid, aside, at);
      recordEvent(host, { uuid, domid }, 'ended', { cause: 'shutdown' });
      const detail = { reason: textIn(state, 'reason'), as: aside.name };
      recordEvent(host, { uuid, domid }, 'preserved', { ...detail, uuid: aside.uuid });
      recordEvent(host, { uuid: aside.uuid, domid }, 'preserved', detail);
    },
  };
}

/** The domain gets a fresh start with its memory kept. Without it, as in libxl, it has to go. */
export function softReset(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      if (!(await isStillThere(host, domid, uuidIn(state)))) {
        throw new ToolstackError('ESRCH', `domain ${domid} has gone`);
      }
      const { ports, rings } = await host.hypervisor.softReset(domid);
      return {
        newDomid: domid,
        ...ports,
        storeFrame: String(rings.storeFrame),
        consoleFrame: String(rings.consoleFrame),
      };
    },
    async undo({ state }) {
      const uuid = uuidIn(state);
      const domid = domidIn(state, 'domid');
      if (await isStillThere(host, domid, uuid)) await host.hypervisor.destroyDomain(domid);
      host.names.release(configIn(state).name, uuid);
      const at = Date.now();
      if (host.chronicle.endIncarnation({ uuid, host: host.name, domid, end: 'shutdown', at })) {
        recordEvent(host, { uuid, domid }, 'ended', { cause: 'shutdown' });
      }
    },
  };
}

/** xenconsoled goes on with the pty that it has, and does not say again which that is. */
export function keepConsole(host: Host): StepHandler {
  return {
    async do({ state }) {
      const { consoleTty } = state;
      if (typeof consoleTty !== 'string') return;
      const domid = domidIn(state, 'newDomid');
      await host.store.transaction((tx) => writeConsoleTty(tx, domid, consoleTty));
    },
  };
}

/** Writes down that the domain starts afresh, where it is. */
export function recordReset(host: Host): StepHandler {
  return {
    do({ state }) {
      const uuid = uuidIn(state);
      host.chronicle.saveConfig(uuid, configIn(state), Date.now());
      recordEvent(host, { uuid, domid: domidIn(state, 'newDomid') }, 'reset');
      return Promise.resolve();
    },
  };
}

function asideIn(state: JsonObject): { readonly uuid: Uuid; readonly name: string } {
  const { aside } = state;
  if (!isObject(aside)) throw new ToolstackError('internal', 'the state lacks "aside"');
  return { uuid: uuidIn(aside), name: textIn(aside, 'name') };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
