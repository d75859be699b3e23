import PQueue from 'p-queue';
import { uuidv7 } from 'uuidv7';
import {
  type OperationEvent,
  type Plan,
  ToolstackError,
  toToolstackError,
  type Uuid,
} from '../model/index.js';
import { DEFAULT_DEADLINE_MS, type EngineContext, type OperationResult } from './context.js';
import { withDeadline } from './deadline.js';
import { runPlan } from './engine.js';
import { Job } from './job.js';
import { recover } from './recovery.js';

export interface OperationRequest {
  readonly uuid: Uuid;
  /** Who asked: the user and the command line. */
  readonly requestedBy: string;
  /**
   * Makes the plan, for the same UUID, when the operation's turn has come: what it observes then is
   * not changed by an operation on the same domain. It must heed the signal. What it throws ends
   * the operation before anything is journalled.
   */
  readonly plan: (signal: AbortSignal) => Promise<Plan>;
  /**
   * It ends the domain: what runs or waits for the same UUID is cancelled where it still can be, so
   * that it has not to wait for what waits for an unwilling guest.
   */
  readonly decisive?: true;
}

export interface OperationHandle {
  readonly id: string;
  readonly uuid: Uuid;
  /** From the first event on, for each who iterates; leaving disturbs nothing. */
  readonly events: AsyncIterable<OperationEvent>;
  /** Rejects, as `events` does, when there was no plan, no turn, or no journal to write to. */
  readonly finished: Promise<OperationResult>;
}

export interface QueueOptions extends EngineContext {
  /** How many operations run at once, over all domains; 16 when absent. */
  readonly concurrency?: number;
}

/** Operations wait here: one at a time for each UUID, a bounded number at once over all. */
export class OperationQueue {
  readonly #context: EngineContext;
  readonly #slots: PQueue;
  readonly #lanes = new Map<Uuid, PQueue>();
  readonly #jobs = new Map<string, Job>();
  #draining = false;

  constructor(options: QueueOptions) {
    this.#context = options;
    this.#slots = new PQueue({ concurrency: options.concurrency ?? 16 });
  }

  /** Queues an operation. @throws ToolstackError EBUSY once {@link drain} was called */
  submit({ uuid, requestedBy, plan, decisive }: OperationRequest): OperationHandle {
    const id = uuidv7();
    if (decisive && !this.#draining) this.#clearTheWay(uuid);
    return this.#enqueue(
      id,
      { uuid, decisive: decisive === true, cancellable: true },
      async (job) => {
        const made = await this.#plan(plan, job.cancel.signal);
        if (made.uuid !== uuid) {
          throw new ToolstackError('internal', `A plan for ${made.uuid} is in the lane of ${uuid}`);
        }
        return this.#journalled(id, job, () =>
          runPlan(this.#context, {
            id,
            plan: made,
            requestedBy,
            cancel: job.cancel.signal,
            ending: job.ending.signal,
            emit: (event) => job.tell(event),
          }),
        );
      },
    );
  }

  /**
   * Queues the recovery of every unfinished operation of the journal that is not in this queue,
   * oldest first. Called before anything is submitted, it comes first in every lane; called again,
   * it tries again what is stuck.
   */
  recoverUnfinished(): OperationHandle[] {
    const records = this.#context.journal.unfinished().filter(({ id }) => !this.#jobs.has(id));
    return records.map((record) =>
      this.#enqueue(record.id, { uuid: record.uuid, cancellable: false }, (job) =>
        this.#journalled(record.id, job, () =>
          recover(this.#context, record, (event) => job.tell(event)),
        ),
      ),
    );
  }

  /** @returns false when the operation has ended, is past its pivot, or is being recovered */
  cancel(id: string): boolean {
    const job = this.#jobs.get(id);
    if (job === undefined || !job.cancellable) return false;
    job.abort(new ToolstackError('cancelled', 'The operation was cancelled'));
    return true;
  }

  counts(): { readonly running: number; readonly queued: number } {
    const running = [...this.#jobs.values()].filter(({ begun }) => begun).length;
    return { running, queued: this.#jobs.size - running };
  }

  /** Whether new operations are refused because {@link drain} was called. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** Refuses new operations, sends away the waiting ones with EBUSY, waits for the running ones. */
  async drain(): Promise<void> {
    this.#draining = true;
    const jobs = [...this.#jobs.values()];
    for (const job of jobs) if (!job.begun) job.withdraw.abort(stopping());
    await Promise.allSettled(jobs.map(({ finished }) => finished));
  }

  #clearTheWay(uuid: Uuid): void {
    const inTheWay = [...this.#jobs.values()].filter(
      (job) => job.uuid === uuid && job.cancellable && !job.decisive,
    );
    const reason = new ToolstackError('cancelled', 'The domain was ended meanwhile');
    for (const job of inTheWay) {
      job.ending.abort(reason);
      job.abort(reason);
    }
  }

  #enqueue(
    id: string,
    {
      uuid,
      decisive = false,
      cancellable,
    }: { uuid: Uuid; decisive?: boolean; cancellable: boolean },
    work: (job: Job) => Promise<OperationResult>,
  ): OperationHandle {
    if (this.#draining) throw stopping();
    const job = new Job({ uuid, decisive, cancellable });
    this.#jobs.set(id, job);
    const finished = this.#takeTurn(id, uuid, job, work);
    job.finished = finished;
    finished.then(
      () => job.log.close(),
      (error: unknown) => job.log.close(toToolstackError(error)),
    );
    return { id, uuid, events: job.log, finished };
  }

  async #takeTurn(
    id: string,
    uuid: Uuid,
    job: Job,
    work: (job: Job) => Promise<OperationResult>,
  ): Promise<OperationResult> {
    // Given to p-queue, the signal would also free the place of a job that still runs; it is
    // aborted only while the job waits.
    const { signal } = job.withdraw;
    const begin = () => {
      job.begun = true;
      return work(job);
    };
    try {
      return await this.#lane(uuid).add(() => this.#slots.add(begin, { signal }), { signal });
    } finally {
      this.#jobs.delete(id);
    }
  }

  /** Runs what throws only when it cannot write the journal. */
  async #journalled(
    id: string,
    job: Job,
    work: () => Promise<OperationResult>,
  ): Promise<OperationResult> {
    try {
      return await work();
    } catch (thrown) {
      // What was never planned has not begun: there is nothing to recover.
      if (!job.planned) throw thrown;
      const error = toToolstackError(thrown);
      job.tell({
        event: 'finished',
        operation: id,
        status: 'stuck',
        state: {},
        error: error.toJSON(),
      });
      this.#context.onJournalLost?.(error);
      throw thrown;
    }
  }

  #lane(uuid: Uuid): PQueue {
    const existing = this.#lanes.get(uuid);
    if (existing !== undefined) return existing;
    const lane = new PQueue({ concurrency: 1 });
    this.#lanes.set(uuid, lane);
    lane.once('idle', () => this.#lanes.delete(uuid));
    return lane;
  }

  async #plan(plan: OperationRequest['plan'], cancel: AbortSignal): Promise<Plan> {
    const limit = this.#context.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const made = await withDeadline(limit, 'The planning', (deadline) =>
      plan(AbortSignal.any([cancel, deadline])),
    );
    cancel.throwIfAborted();
    return made;
  }
}

function stopping(): ToolstackError {
  return new ToolstackError('EBUSY', 'The daemon is stopping', {
    suggestions: ['Run the command again: it starts a new daemon.'],
  });
}
