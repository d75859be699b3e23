import {
  askBackEnd,
  backEndState,
  deviceLabel,
  hasClosed,
  isClosed,
  lastWords,
  removeDevice,
  reopen,
} from '../../devices/index.js';
import {
  type DeviceAddress,
  frontEndErrorPath,
  frontEndPath,
  removeIfThere,
} from '../../layout/index.js';
import { ToolstackError, XenbusState } from '../../model/index.js';
import type { StepCall, StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { isStillThere } from '../listing.js';
import { forgetDevice } from '../saved-devices.js';
import { devicesIn, domidIn, numberIn, uuidIn } from '../step-state.js';

/*
 * Steps that take a device from a running domain.
 */

/**
 * Asks the back end to close, and through it the guest, which has let go once the back end has
 * closed. By force the front end goes at once, and nobody is waited for.
 */
export function closeDevice(host: Host): StepHandler {
  const ask = async (call: StepCall): Promise<undefined> => {
    for (const address of await departing(host, call)) {
      await host.store.transaction(async (tx) => {
        if (call.args.force === true) await removeIfThere(tx, frontEndPath(address));
        await askBackEnd(tx, address);
      });
    }
  };
  return {
    async do(call) {
      await ask(call);
      if (call.args.force === true) return;
      for (const address of await departing(host, call)) {
        if (!(await isOver(host, address)) && !(await hasClosed(host, address, call.signal))) {
          throw await refusal(host, address);
        }
      }
    },
    forecast: ask,
    async undo(call) {
      const before = numberIn(call.state, 'backEndState');
      for (const address of await departing(host, call)) {
        await host.store.transaction((tx) => reopen(tx, address, before));
      }
    },
    async isDone(call) {
      for (const address of await departing(host, call)) {
        const isGiven =
          call.args.force === true && !(await host.store.exists(frontEndPath(address)));
        if (!isGiven && !(await isOver(host, address))) return false;
      }
      return true;
    },
  };
}

/** Calls the script and removes what is left; by force, after the back end has had its time. */
export function removeDeviceStep(host: Host): StepHandler {
  return {
    async do(call) {
      const problems: string[] = [];
      for (const address of await departing(host, call)) {
        const { closed, scriptError } = await removeDevice(host, address, call.signal);
        if (!closed) problems.push(`the back end of ${deviceLabel(address)} did not close`);
        if (scriptError !== undefined) problems.push(scriptError);
      }
      return problems.length === 0 ? undefined : { problems };
    },
  };
}

/** The domain comes back without the device. */
export function forgetDeviceStep(host: Host): StepHandler {
  return {
    do({ state, args }) {
      for (const address of devicesIn(args)) forgetDevice(host, uuidIn(state), address);
      return Promise.resolve();
    },
  };
}

/** None when the domain has gone meanwhile, and its devices with it. */
async function departing(host: Host, { state, args }: StepCall): Promise<DeviceAddress[]> {
  return (await isStillThere(host, domidIn(state, 'domid'), uuidIn(state))) ? devicesIn(args) : [];
}

/** A back end that nobody has taken up has nothing to close. */
async function isOver(host: Host, address: DeviceAddress): Promise<boolean> {
  const state = await backEndState(host.store, address);
  return state === XenbusState.initialising || isClosed(String(state));
}

async function refusal(host: Host, address: DeviceAddress): Promise<ToolstackError> {
  const label = deviceLabel(address);
  const { backendMs } = host.limits;
  const reason = lastWords(await host.store.maybeRead(frontEndErrorPath(address)));
  const said = reason === undefined ? '' : `; it says: ${reason}`;
  return new ToolstackError(
    'ETIMEDOUT',
    `the guest did not let go of ${label} within ${backendMs} ms${said}`,
    {
      where: frontEndPath(address),
      suggestions: [
        'See that nothing in the guest uses it, and try again.',
        'Take it away without asking the guest, which may lose data: --force.',
      ],
    },
  );
}
