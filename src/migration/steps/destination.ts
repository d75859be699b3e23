import {
  domidIn,
  type Host,
  isStillThere,
  numberIn,
  preciseNow,
  roundMs,
  textIn,
  uuidIn,
} from '../../domain/index.js';
import { noteRunning, writeName } from '../../layout/index.js';
import type { StepHandler } from '../../operations/index.js';

/*
 * A host that lost power after GO has lost the destination as well. Then these steps have nothing
 * to do: the history says that the domain moved, and the cleaning up after it that it was lost.
 */

/** The destination takes the name: lookups find it from now on. */
export function takeName(host: Host): StepHandler {
  return {
    async do({ state }) {
      const name = textIn(state, 'name');
      const uuid = uuidIn(state);
      const domid = domidIn(state, 'newDomid');
      if (await isStillThere(host, domid, uuid)) {
        await host.store.transaction(async (tx) => {
          await writeName(tx, domid, name, uuid);
          await noteRunning(tx, domid, true);
        });
      }
      host.names.release(name, uuid);
    },
  };
}

/** The guest runs again, under its new domid. */
export function startDestination(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'newDomid');
      if (!(await isStillThere(host, domid, uuidIn(state)))) return undefined;
      // Xen counts pauses, and refuses to unpause a domain that is not paused.
      if ((await host.hypervisor.domain(domid))?.paused !== false)
        await host.hypervisor.unpauseDomain(domid);
      return { downtimeMs: roundMs(preciseNow() - numberIn(state, 'suspendedAt')) };
    },
  };
}
