import { ToolstackError, type Uuid } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { incarnationsOf, listDomains } from '../listing.js';
import { textIn, uuidIn } from '../step-state.js';

/** Refuses a name or a UUID that another domain on the host has, or is about to have. */
export function checkIdentity(host: Host): StepHandler {
  return {
    async do({ state }) {
      const uuid = uuidIn(state);
      const name = textIn(state, 'name');
      const by = await namesakeOf(host, name, uuid);
      if ((await incarnationsOf(host, uuid)).length > 0) {
        throw new ToolstackError('EEXIST', `a domain with UUID ${uuid} is on this host already`, {
          suggestions: ['Destroy it first, or leave uuid= out of the configuration.'],
        });
      }
      if (by !== undefined) throw nameTaken(name, by);
    },
    async undo({ state }) {
      const uuid = uuidIn(state);
      host.names.release(textIn(state, 'name'), uuid);
      if ((await incarnationsOf(host, uuid)).length === 0) host.vncPasswords.forget(uuid);
    },
  };
}

/**
 * Claims a name for a domain and looks whether another has it.
 * @returns whose it is: a domid, or that it is nobody's quite yet
 */
export async function namesakeOf(
  host: Host,
  name: string,
  uuid: Uuid,
): Promise<string | undefined> {
  // Claimed before looking: see NameClaims.
  const isOurs = host.names.claim(name, uuid);
  const domains = await listDomains(host);
  if (!isOurs) return 'it is being created or moved just now';
  const namesake = domains.find(
    (other) => !other.dying && other.uuid !== uuid && other.name === name,
  );
  return namesake === undefined ? undefined : String(namesake.domid);
}

function nameTaken(name: string, by: string): ToolstackError {
  return new ToolstackError('EEXIST', `domain with name "${name}" already exists: ${by}`, {
    suggestions: ['Choose another name=, or destroy or rename the other domain.'],
  });
}
