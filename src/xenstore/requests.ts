import { isXenStoreError, unlessMissing, XenStoreError } from './errors.js';
import {
  formatPermission,
  formatPermissions,
  type Permission,
  type Permissions,
  parsePermission,
} from './permissions.js';
import type { StoreView } from './view.js';
import { MessageType } from './wire.js';

/** Sends one request and resolves with the payload of its answer. */
export type Request = (
  type: MessageType,
  payload: string | Uint8Array,
  /** For messages: the verb, and the path it is about. */
  what: { readonly verb: string; readonly path?: string },
) => Promise<Buffer>;

/** How often a directory that changes while it is being listed is listed anew. */
const LISTING_ATTEMPTS = 100;

/** The requests on the tree, put into frames and read back out of them. */
export class TreeRequests implements StoreView {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  async read(path: string): Promise<Buffer> {
    return this.#request(MessageType.READ, stringsPayload(path), { verb: 'read', path });
  }

  async readText(path: string): Promise<string> {
    return (await this.read(path)).toString('utf8');
  }

  maybeRead(path: string): Promise<string | undefined> {
    return unlessMissing(this.readText(path));
  }

  async exists(path: string): Promise<boolean> {
    const request = this.#request(MessageType.READ, stringsPayload(path), {
      verb: 'look for',
      path,
    });
    return (await unlessMissing(request)) !== undefined;
  }

  async list(path: string): Promise<string[]> {
    try {
      const names = await this.#request(MessageType.DIRECTORY, stringsPayload(path), {
        verb: 'list',
        path,
      });
      return splitStrings(names.toString('latin1'));
    } catch (error) {
      if (isXenStoreError(error, 'E2BIG')) return this.#listInParts(path);
      throw error;
    }
  }

  maybeList(path: string): Promise<string[] | undefined> {
    return unlessMissing(this.list(path));
  }

  /** A long listing comes in parts that belong together while the directory's generation stays. */
  async #listInParts(path: string): Promise<string[]> {
    for (let attempt = 0; attempt < LISTING_ATTEMPTS; attempt++) {
      const names = await this.#listGeneration(path);
      if (names !== undefined) return names;
    }
    throw new XenStoreError('EAGAIN', `list ${path}: it kept changing while it was listed`, {
      path,
    });
  }

  /** Undefined when the directory changed on the way. */
  async #listGeneration(path: string): Promise<string[] | undefined> {
    let listed = '';
    let generation: string | undefined;
    for (;;) {
      const payload = stringsPayload(path, `${listed.length}`);
      const answer = await this.#request(MessageType.DIRECTORY_PART, payload, {
        verb: 'list',
        path,
      });
      const text = answer.toString('latin1');
      const generationEnd = text.indexOf('\0');
      if (generationEnd < 0) {
        throw new XenStoreError('EPROTO', `list ${path}: a part without generation`, { path });
      }
      generation ??= text.slice(0, generationEnd);
      if (text.slice(0, generationEnd) !== generation) return undefined;
      const part = text.slice(generationEnd + 1);
      // The last part ends with an empty name, that is, with a NUL more.
      if (part === '\0' || part === '') return splitStrings(listed);
      if (part.endsWith('\0\0')) return splitStrings(listed + part.slice(0, -1));
      listed += part;
    }
  }

  async write(path: string, value: string | Uint8Array): Promise<void> {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    const payload = Buffer.concat([stringsPayload(path), bytes]);
    await this.#request(MessageType.WRITE, payload, { verb: 'write', path });
  }

  async mkdir(path: string): Promise<void> {
    await this.#request(MessageType.MKDIR, stringsPayload(path), { verb: 'mkdir', path });
  }

  async remove(path: string): Promise<void> {
    await this.#request(MessageType.RM, stringsPayload(path), { verb: 'remove', path });
  }

  async getPermissions(path: string): Promise<Permission[]> {
    const answer = await this.#request(MessageType.GET_PERMS, stringsPayload(path), {
      verb: 'get permissions of',
      path,
    });
    return splitStrings(answer.toString('latin1')).map((text) => {
      const permission = parsePermission(text);
      if (permission === undefined) {
        throw new XenStoreError('EPROTO', `get permissions of ${path}: answered "${text}"`, {
          path,
        });
      }
      return permission;
    });
  }

  async setPermissions(path: string, permissions: Permissions): Promise<void> {
    const payload = stringsPayload(path, ...permissions.map(formatPermission));
    await this.#request(MessageType.SET_PERMS, payload, {
      verb: `set permissions ${formatPermissions(permissions)} of`,
      path,
    });
  }
}

/** A path and what follows it, each with its NUL. One within the path would silently cut it off. */
export function stringsPayload(path: string, ...others: readonly string[]): Buffer {
  if (path.includes('\0')) {
    throw new XenStoreError('EINVAL', `path ${JSON.stringify(path)} contains a NUL`, { path });
  }
  let text = `${path}\0`;
  for (const other of others) text += `${other}\0`;
  return Buffer.from(text);
}

/** The strings of a list in which each ends with a NUL. */
export function splitStrings(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}
