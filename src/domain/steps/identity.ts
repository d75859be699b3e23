import { ToolstackError } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { listDomains } from '../listing.js';
import { textIn, uuidIn } from '../step-state.js';

/** Refuses a name or a UUID that another domain on the host has, or is about to have. */
export function checkIdentity(host: Host): StepHandler {
  return {
    async do({ state }) {
      const uuid = uuidIn(state);
      const name = textIn(state, 'name');
      // Claimed before looking: see NameClaims.
      const isOurs = host.names.claim(name, uuid);
      const others = (await listDomains(host)).filter(({ dying }) => !dying);
      if (others.some((other) => other.uuid === uuid)) {
        throw new ToolstackError('EEXIST', `a domain with UUID ${uuid} is on this host already`, {
          suggestions: ['Destroy it first, or leave uuid= out of the configuration.'],
        });
      }
      if (!isOurs) throw nameTaken(name, 'it is being created or moved just now');
      const namesake = others.find((other) => other.name === name);
      if (namesake !== undefined) throw nameTaken(name, String(namesake.domid));
    },
    undo({ state }) {
      host.names.release(textIn(state, 'name'), uuidIn(state));
      return Promise.resolve();
    },
  };
}

function nameTaken(name: string, by: string): ToolstackError {
  return new ToolstackError('EEXIST', `domain with name "${name}" already exists: ${by}`, {
    suggestions: ['Choose another name=, or destroy or rename the other domain.'],
  });
}
