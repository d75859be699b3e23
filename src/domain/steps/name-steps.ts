import { namePath, writeName } from '../../layout/index.js';
import { ToolstackError } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { requireThere } from '../listing.js';
import { recordEvent } from '../record-event.js';
import { domidIn, textIn, uuidIn } from '../step-state.js';
import { namesakeOf } from './identity.js';

/** Reserves the name that the domain is to have, unless another has it or is about to. */
export function claimName(host: Host): StepHandler {
  return {
    async do({ state }) {
      const uuid = uuidIn(state);
      const name = textIn(state, 'newName');
      const by = await namesakeOf(host, name, uuid);
      if (by !== undefined) {
        throw new ToolstackError('EEXIST', `Domain with name "${name}" already exists.`, {
          where: `domain ${by}`,
          suggestions: ['Choose another name, or rename or destroy the other domain.'],
        });
      }
    },
    undo({ state }) {
      host.names.release(textIn(state, 'newName'), uuidIn(state));
      return Promise.resolve();
    },
  };
}

/** The tree shows the new name: lookups find the domain by it from now on. */
export function renameStep(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'domid');
      const uuid = uuidIn(state);
      const name = textIn(state, 'newName');
      await requireThere(host, domid, uuid);
      await host.store.transaction((tx) => writeName(tx, domid, name, uuid));
    },
    async isDone({ state }) {
      const name = await host.store.maybeRead(namePath(domidIn(state, 'domid')));
      return name === textIn(state, 'newName');
    },
  };
}

/** Gives the claim up, which the tree has made good, and writes the new name down. */
export function settleName(host: Host): StepHandler {
  return {
    do({ state }) {
      const uuid = uuidIn(state);
      const name = textIn(state, 'newName');
      host.names.release(name, uuid);
      host.chronicle.domainSeen({ uuid, name, at: Date.now() });
      const detail = { from: textIn(state, 'name'), to: name };
      recordEvent(host, { uuid, domid: domidIn(state, 'domid') }, 'renamed', detail);
      return Promise.resolve();
    },
  };
}
