import { ToolstackError } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { incarnationsOf, listDomains } from '../listing.js';
import { textIn, uuidIn } from '../step-state.js';

/** Refuses a name or a UUID that another domain on the host has, or is about to have. */
export function checkIdentity(host: Host): StepHandler {
  return {
    async do({ state }) {
      const uuid = uuidIn(state);
      if ((await incarnationsOf(host, uuid)).length > 0) {
        throw new ToolstackError('EEXIST', `a domain with UUID ${uuid} is on this host already`, {
          suggestions: ['Destroy it first, or leave uuid= out of the configuration.'],
        });
      }
      const name = textIn(state, 'name');
      const isOurs = host.names.claim(name, uuid);
      if (!isOurs) throw nameTaken(name, 'it is being created or moved just now');
      const other = (await listDomains(host)).find(
        (domain) => domain.name === name && !domain.dying,
      );
      if (other !== undefined) throw nameTaken(name, String(other.domid));
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
