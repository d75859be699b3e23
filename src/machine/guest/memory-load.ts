import type { GuestContext } from '../../hypervisor/embedded/hypercalls.js';
import type { MachineDomain } from '../domain.js';
import { PAGE_SIZE } from '../guest-memory.js';
import { FRAMES, workingSetFrames } from './frames.js';
import type { GuestParameters } from './parameters.js';

/** How often a busy guest writes, and an idle one. */
const BUSY_INTERVAL_MS = 10;
const IDLE_INTERVAL_MS = 100;
const BUSY_FROM_RATE = 1000;
/** No guest keeps the machine's one thread for longer than this at a time. */
const LONGEST_TICK_MS = 5;
/** Writes between two looks at the clock. */
const WRITES_PER_LOOK = 256;
/** A host that was asleep does not make the guest catch up for longer than this. */
const LONGEST_CATCH_UP_MS = 200;

/** Writes to memory at the guest's dirty rate, and counts the ticks of its clock. */
export class MemoryLoad {
  readonly #domain: MachineDomain;
  readonly #parameters: GuestParameters;
  readonly #cmdline: string;
  readonly #counter = Buffer.alloc(8);
  #ticks: number;
  #random: number;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = 0;
  #owed = 0;

  constructor(domain: MachineDomain, parameters: GuestParameters, context: GuestContext) {
    this.#domain = domain;
    this.#parameters = parameters;
    this.#cmdline = context.cmdline;
    this.#ticks = context.ticks;
    this.#random = context.random;
  }

  context(): GuestContext {
    return { cmdline: this.#cmdline, ticks: this.#ticks, random: this.#random };
  }

  start(): void {
    const busy = this.#parameters.dirtyRate >= BUSY_FROM_RATE;
    this.stop();
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), busy ? BUSY_INTERVAL_MS : IDLE_INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const elapsed = Math.min(now - this.#lastMs, LONGEST_CATCH_UP_MS);
    this.#lastMs = now;
    if (!this.#domain.runnable) return;
    this.#ticks += 1;
    this.#writeCounter(FRAMES.ticks, 0);
    this.#owed += (this.#parameters.dirtyRate * elapsed) / 1000;
    const { memoryKib } = this.#domain;
    const frames = workingSetFrames(memoryKib, this.#parameters.workingSetMib);
    for (; this.#owed >= 1; this.#owed -= 1) {
      const random = this.#nextRandom();
      this.#writeCounter(FRAMES.workingSet + (random % frames), (random >>> 20) % (PAGE_SIZE - 8));
      if (Math.floor(this.#owed) % WRITES_PER_LOOK !== 0) continue;
      if (performance.now() - now > LONGEST_TICK_MS) this.#owed = 1;
    }
    this.#account(elapsed, performance.now() - now);
  }

  /** Each vcpu was as busy as the parameters say; whichever is next has done the work, too. */
  #account(elapsedMs: number, workMs: number): void {
    const { vcpus } = this.#domain;
    const idle = Math.round(elapsedMs * this.#parameters.loadPercent * 1e4);
    for (let vcpu = 0; vcpu < vcpus.max; vcpu += 1) {
      if (vcpus.isOnline(vcpu)) vcpus.charge(vcpu, idle);
    }
    const next = this.#ticks % vcpus.max;
    vcpus.charge(vcpus.isOnline(next) ? next : 0, Math.round(workMs * 1e6));
  }

  #writeCounter(frame: number, offset: number): void {
    this.#counter.writeUInt32LE(this.#ticks >>> 0, 0);
    this.#counter.writeUInt32LE(this.#random >>> 0, 4);
    this.#domain.memory.write(frame, offset, this.#counter);
  }

  /** Marsaglia's xorshift32: cheap, and its state is one word that can travel. */
  #nextRandom(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random;
  }
}
