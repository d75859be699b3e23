import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { GuestContext } from '../../hypervisor/embedded/hypercalls.js';
import { messageOf, type ShutdownReason } from '../../model/index.js';
import { XenStoreClient } from '../../xenstore/client.js';
import { writeConsole } from '../console-ring.js';
import type { MachineDomain } from '../domain.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';
import { obeyTarget, TARGET_PATH } from './balloon.js';
import { driveForOthers } from './driver-domain.js';
import { FRAMES } from './frames.js';
import { FrontEnds } from './front-ends.js';
import { beHostile } from './hostile.js';
import { MemoryLoad } from './memory-load.js';
import { type GuestParameters, parseGuestParameters } from './parameters.js';
import { serve } from './serve.js';
import { Shell } from './shell.js';
import { announceShutdown, obeyShutdown } from './shutdown-control.js';
import { obeySysrq } from './sysrq.js';
import { CPU_PATH, obeyAvailability } from './vcpu-control.js';

const CONSOLE_RETRY_MS = 50;
const RING_FRAMES = FRAMES.workingSet - FRAMES.deviceRings;

/**
 * The program inside a simulated domain. It does what a small Linux does and reaches the world as
 * that does: through its XenStore ring, its event channels and its own memory.
 */
export class Guest {
  readonly domain: MachineDomain;
  readonly hypervisor: SimulatedHypervisor;
  readonly parameters: GuestParameters;
  readonly #load: MemoryLoad;
  readonly #resumed: boolean;
  #store: XenStoreClient | undefined;
  readonly #stopping = new AbortController();
  #ringFrames = 0;

  /** @param resumed whether it wakes from a saved image, rather than boots */
  constructor(
    domain: MachineDomain,
    hypervisor: SimulatedHypervisor,
    context: GuestContext,
    resumed: boolean,
  ) {
    this.domain = domain;
    this.hypervisor = hypervisor;
    this.parameters = parseGuestParameters(context.cmdline);
    this.#load = new MemoryLoad(domain, this.parameters, context);
    this.#resumed = resumed;
  }

  /** The registers, so to speak: all that the program knows and its memory does not hold. */
  context(): GuestContext {
    return this.#load.context();
  }

  get busy(): boolean {
    return this.parameters.dirtyRate > 0;
  }

  /** The store daemon has mapped the ring: the guest can talk to it once it runs. */
  connectStore(transport: Duplex): void {
    void this.#store?.close();
    const store = new XenStoreClient(transport);
    this.#store = store;
    this.#main(store).catch((error: unknown) => {
      if (!this.hasStore(store)) return;
      this.print(`Kernel panic - ${messageOf(error)}\n`);
      this.hypervisor.shutdownDomain(this.domain.domid, 'crash');
    });
  }

  /** The domain is dying: its program runs no further. */
  stop(): void {
    this.#stopping.abort();
    this.#load.stop();
    void this.#store?.close();
  }

  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Aborted when the domain dies. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether it runs and speaks to the store through this client. */
  hasStore(store: XenStoreClient): boolean {
    return !this.stopped && this.#store === store;
  }

  /** A page to share with a back end. The last ones are used again: nothing is really read there. */
  allocateRingFrame(): number {
    const frame = FRAMES.deviceRings + (this.#ringFrames % RING_FRAMES);
    this.#ringFrames += 1;
    return frame;
  }

  /** Prints once the domain runs; what finds no room within one retry is lost, as on real hardware. */
  print(text: string): void {
    const rest = this.#putOnConsole(Buffer.from(text.replaceAll('\n', '\r\n')));
    if (rest.length === 0) return;
    setTimeout(() => this.#putOnConsole(rest), CONSOLE_RETRY_MS).unref();
  }

  /** Returns what found no room. */
  #putOnConsole(bytes: Buffer): Buffer {
    const { domain } = this;
    if (this.stopped) return Buffer.alloc(0);
    if (!domain.runnable) {
      // The memory of a domain that does not run must stay as it is: it may be on its way elsewhere.
      void domain.whenRunnable().then(() => this.#putOnConsole(bytes));
      return Buffer.alloc(0);
    }
    const written = writeConsole(domain.memory, FRAMES.consoleRing, bytes);
    domain.events.notify(domain.consolePort);
    return bytes.subarray(written);
  }

  /** The shutdown hypercall. Returns when the domain runs again: only a cancelled suspend does. */
  async shutdown(reason: ShutdownReason): Promise<void> {
    this.hypervisor.shutdownDomain(this.domain.domid, reason);
    await this.domain.whenRunnable();
  }

  async #main(store: XenStoreClient): Promise<void> {
    await this.domain.whenRunnable();
    this.print(this.#resumed ? 'domovoi guest: resumed\n' : 'domovoi guest: booting\n');
    this.#load.start();
    await announceShutdown(store);
    await this.#listen(store);
    await new FrontEnds(this, store).start();
    driveForOthers(this, store);
    beHostile(this, store);
    new Shell(this, store).start();
    const { exit } = this.parameters;
    if (exit === undefined || this.#resumed) return;
    await delay(exit.afterMs, undefined, { ref: false, signal: this.signal });
    await this.domain.whenRunnable();
    if (!this.stopped) await this.shutdown(exit.reason);
  }

  /** Hears what a toolstack asks of it through the store. */
  async #listen(store: XenStoreClient): Promise<void> {
    const { domain, hypervisor } = this;
    const on = (path: string) => ({ path, name: path });
    await serve(this, store, on('control/shutdown'), () => obeyShutdown(this, store));
    await serve(this, store, on('control/sysrq'), () => obeySysrq(this, store));
    await serve(this, store, on(TARGET_PATH), () => obeyTarget(store, hypervisor, domain.domid));
    await serve(this, store, on(CPU_PATH), (event) => obeyAvailability(store, domain.vcpus, event));
  }
}
