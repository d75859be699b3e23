import { connect } from 'node:net';
import type { Domid } from '../../../src/model/index.js';
import { type Ground, home, LIMIT } from './guest.js';

/** Someone who sits at a console. */
export interface Viewer {
  /** Resolves once so much has been seen that `text` is in it. */
  shows(text: string): Promise<void>;
  type(text: string): void;
  readonly closed: Promise<void>;
}

export function view(tty: string): Viewer {
  const socket = connect(tty);
  let seen = '';
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const lookers = new Set<() => void>();
  socket.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
    for (const look of lookers) look();
  });
  return {
    closed,
    type: (text) => {
      socket.write(text);
    },
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!seen.includes(text)) return;
          lookers.delete(look);
          resolve();
        };
        lookers.add(look);
        socket.on('error', reject);
        look();
      }),
  };
}

/** Sits down at a domain's console once there is one. */
export async function viewConsole({ store }: Ground, domid: Domid): Promise<Viewer> {
  const path = `${home(domid)}/console/tty`;
  return view(await store.waitFor(path, (text) => text || undefined, LIMIT));
}
