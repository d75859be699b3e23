import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ListeningSocket, listenAtOnce } from './socket.js';
import type { Transport } from './transport.js';

/**
 * A UNIX socket for each introduced domain, named by its domid: who connects there is that domain.
 * So a front end can be written, or a guest tested, without Xen.
 */
export class DomainSockets {
  readonly #dir: string;
  readonly #accept: (domid: number, transport: Transport) => void;
  readonly #failed: (domid: number, error: Error) => void;
  readonly #open = new Map<number, ListeningSocket>();

  /** @param dir nobody else's; what a dead daemon left in it is removed */
  constructor(
    dir: string,
    accept: (domid: number, transport: Transport) => void,
    failed: (domid: number, error: Error) => void,
  ) {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#dir = dir;
    this.#accept = accept;
    this.#failed = failed;
  }

  open(domid: number): void {
    if (this.#open.has(domid)) return;
    const socket = listenAtOnce(
      join(this.#dir, String(domid)),
      0o600,
      (client) => this.#accept(domid, client),
      (error) => this.#failed(domid, error),
    );
    this.#open.set(domid, socket);
  }

  close(domid: number): void {
    this.#open.get(domid)?.close();
    this.#open.delete(domid);
  }

  closeAll(): void {
    for (const domid of [...this.#open.keys()]) this.close(domid);
  }
}
