import type {
  DomainPorts,
  DomainRings,
  Hypervisor,
  PrecopyDecision,
  PrecopyRound,
  SaveResult,
} from '../hypervisor/hypervisor.js';
import type { Domid } from '../model/index.js';
import { Pacer } from './pacer.js';

export interface TransferRequest {
  readonly hypervisor: Hypervisor;
  readonly source: Domid;
  readonly destination: Domid;
  readonly ports: DomainPorts;
  readonly bandwidthKib: number | undefined;
  readonly signal: AbortSignal;
  readonly decide: (round: PrecopyRound) => PrecopyDecision;
  readonly onProgress: (round: number, sentPages: number, totalPages: number) => void;
}

/**
 * A domain's memory on its way from one domid to another: a save and a restore with a stream
 * between them. It halts by itself where the guest has to be suspended.
 */
export class Transfer {
  /** Resolves when pre-copy is over and the guest is to be suspended. */
  readonly readyToSuspend: Promise<void>;
  /** Resolves when everything has arrived. */
  readonly arrived: Promise<{ readonly saved: SaveResult; readonly rings: DomainRings }>;
  readonly #abort = new AbortController();
  /** Resolves when neither side does anything more, however they ended. */
  readonly #over: Promise<unknown>;
  #confirmSuspended: () => void = () => undefined;

  constructor(request: TransferRequest) {
    const signal = AbortSignal.any([request.signal, this.#abort.signal]);
    const stream = new Pacer(request.bandwidthKib);
    // Both sides learn from the stream itself why it ended; an event without listener would end us.
    stream.on('error', () => undefined);
    const suspended = new Promise<void>((resolve, reject) => {
      this.#confirmSuspended = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    suspended.catch(() => undefined);
    let reachSuspension: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      reachSuspension = resolve;
    });
    const { hypervisor, source, destination, ports, decide, onProgress } = request;
    const suspend = (): Promise<void> => {
      reachSuspension();
      return suspended;
    };
    const save = hypervisor
      .saveDomain(source, stream, { decide, onProgress, suspend }, signal)
      .finally(() => stream.end());
    const restore = hypervisor
      .restoreDomain(destination, stream, ports, signal)
      .finally(() => stream.destroy());
    this.#over = Promise.allSettled([save, restore]);
    this.arrived = Promise.all([save, restore]).then(
      ([saved, rings]) => ({ saved, rings }),
      // What was told to stop says so; why it was told is what people want to know.
      (error: unknown) => Promise.reject(signal.aborted ? signal.reason : error),
    );
    this.readyToSuspend = Promise.race([reached, this.arrived.then(() => undefined)]);
    // A transfer may fail while nobody waits for it: whoever comes to wait is told.
    this.arrived.catch((error: unknown) => this.#abort.abort(error));
    this.readyToSuspend.catch(() => undefined);
  }

  /** The guest has been suspended: the rest may be sent. */
  confirmSuspended(): void {
    this.#confirmSuspended();
  }

  /** Gives the transfer up. Resolves when neither side does anything more. */
  async abandon(reason: Error): Promise<void> {
    this.#abort.abort(reason);
    await this.#over;
  }
}
