import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { readConsole } from '../console-ring.js';
import type { MachineDomain } from '../domain.js';
import { FRAMES } from '../guest/frames.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';

/** What is kept for a viewer who comes later. */
const KEPT_BYTES = 64 * 1024;

/** One domain's console: its recent output, and those who look at it. */
export class Console {
  readonly domain: MachineDomain;
  readonly socketPath: string;
  readonly #hypervisor: SimulatedHypervisor;
  readonly #viewers = new Set<Socket>();
  readonly #server: Server;
  #recent = Buffer.alloc(0);
  #port: number | undefined;

  constructor(hypervisor: SimulatedHypervisor, domain: MachineDomain, socketPath: string) {
    this.#hypervisor = hypervisor;
    this.domain = domain;
    this.socketPath = socketPath;
    this.#server = createServer((viewer) => this.#welcome(viewer));
  }

  /** @throws ToolstackError EINVAL when the domain has no such port for us */
  async open(remotePort: number): Promise<void> {
    this.#port = this.#hypervisor.dom0Events.bindInterdomain(this.domain.domid, remotePort, () =>
      this.#drain(),
    );
    try {
      await rm(this.socketPath, { force: true });
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(this.socketPath, resolve);
      });
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#drain();
  }

  async close(): Promise<void> {
    if (this.#port !== undefined) this.#hypervisor.dom0Events.close(this.#port);
    for (const viewer of this.#viewers) viewer.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #welcome(viewer: Socket): void {
    this.#viewers.add(viewer);
    viewer.on('error', () => viewer.destroy());
    viewer.on('close', () => this.#viewers.delete(viewer));
    viewer.resume();
    viewer.write(this.#recent);
  }

  #drain(): void {
    const bytes = readConsole(this.domain.memory, FRAMES.consoleRing);
    if (bytes.length === 0) return;
    this.#recent = Buffer.concat([this.#recent, bytes]).subarray(-KEPT_BYTES);
    for (const viewer of this.#viewers) {
      // Who does not read loses the connection, not our memory.
      if (viewer.writableLength > KEPT_BYTES) viewer.destroy();
      else viewer.write(bytes);
    }
  }
}
