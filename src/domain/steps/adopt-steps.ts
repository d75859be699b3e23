import { removeIfThere, startTimeAt, vmPath, writeVm } from '../../layout/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { configIn, uuidIn } from '../step-state.js';

/**
 * Gives a domain a directory below /vm whose own is lost. When it was started is lost with it: it
 * counts from now. In a plan only where there is no such directory, so taking it back is right.
 */
export function restoreVm(host: Host): StepHandler {
  return {
    async do({ state }) {
      const startTime = startTimeAt(Date.now());
      const config = configIn(state);
      await host.store.transaction(async (tx) => {
        // Those who use it are asked of their homes once it is there; they may read it.
        await tx.mkdir(vmPath(config.uuid));
        await writeVm(tx, { config, startTime });
      });
    },
    undo: ({ state }) => host.store.transaction((tx) => removeIfThere(tx, vmPath(uuidIn(state)))),
  };
}
