import type { Logger } from 'pino';
import { recordEvent } from '../domain/index.js';
import { RELEASE_EVENT } from '../layout/index.js';
import type { Domid, Uuid } from '../model/index.js';
import type { OperationHandle, OperationQueue, OperationResult } from '../operations/index.js';
import { readStopRecord, type StoppedDomain } from './stop-record.js';
import { type Court, hasStopped, judge } from './verdict.js';

const REQUESTED_BY = 'domovoi: the domain has stopped by itself';

/**
 * Sees to domains that stop by themselves: writes into the history that they did, and queues what
 * their configuration wants done. It knows nothing that the host and the history do not know, so
 * that what stopped while there was no daemon is seen to by the next.
 */
export class Supervisor {
  readonly #court: Court;
  readonly #queue: OperationQueue;
  readonly #logger: Logger;
  readonly #onEnd: (error: unknown) => void;
  /** The stops that have been seen to, as far as the domains are still there. */
  readonly #seen = new Map<Domid, Uuid>();
  #looking: Promise<void> = Promise.resolve();

  /** @param onEnd called when it cannot go on: the host or the history is gone */
  constructor(
    court: Court,
    queue: OperationQueue,
    logger: Logger,
    onEnd: (error: unknown) => void,
  ) {
    this.#court = court;
    this.#queue = queue;
    this.#logger = logger;
    this.#onEnd = onEnd;
  }

  /** Begins to watch. What had stopped before has its operation queued when this returns. */
  async start(): Promise<void> {
    const watch = await this.#court.host.store.watch(RELEASE_EVENT);
    await this.#look();
    const follow = async (): Promise<void> => {
      for await (const _ of watch) await this.#look();
    };
    follow().catch(this.#onEnd);
  }

  /** One look at a time: two would both find a stop that neither has seen to. */
  #look(): Promise<void> {
    const look = this.#looking.then(() => this.#lookNow());
    this.#looking = look.catch(this.#onEnd);
    return look;
  }

  async #lookNow(): Promise<void> {
    const stopped = (await this.#court.host.hypervisor.domains()).filter(hasStopped);
    for (const [domid, uuid] of this.#seen) {
      if (!stopped.some((one) => one.domid === domid && one.uuid === uuid))
        this.#seen.delete(domid);
    }
    for (const domain of stopped) {
      if (this.#seen.get(domain.domid) === domain.uuid) continue;
      this.#seen.set(domain.domid, domain.uuid);
      this.#seeTo(domain);
    }
  }

  #seeTo(domain: StoppedDomain): void {
    const { host, history } = this.#court;
    const { uuid, domid, shutdown: reason } = domain;
    const record = readStopRecord(history, domain);
    if (record.noticedAt === undefined) recordEvent(host, { uuid, domid }, 'shutdown', { reason });
    if (record.isSettled || !this.#isSupervised(uuid)) return;
    // A daemon that is about to end leaves it to the next.
    if (this.#queue.isDraining) return;
    const operation = this.#queue.submit({
      uuid,
      requestedBy: REQUESTED_BY,
      plan: () => judge(this.#court, domain),
    });
    void this.#follow(operation, domain);
  }

  /** What another toolstack made is its own to see to, unless it was adopted. */
  #isSupervised(uuid: Uuid): boolean {
    const { records, queries } = this.#court.history;
    const config = records.config(uuid);
    if (config === undefined || config.unsupervised === true) return false;
    // An adoption that was taken back leaves the config that it had read.
    const [latest] = queries.incarnations({ uuid, limit: 1 });
    return latest !== undefined && latest.to === undefined;
  }

  async #follow(
    { id, finished }: OperationHandle,
    { uuid, domid, shutdown }: StoppedDomain,
  ): Promise<void> {
    const about = { operation: id, uuid, domid, reason: shutdown };
    let result: OperationResult;
    try {
      result = await finished;
    } catch (err) {
      this.#logger.info({ ...about, err }, 'nothing was done about a stop');
      return;
    }
    const { status, name, state, error } = result;
    const end = { ...about, status, name, action: state.action, error };
    if (status !== 'succeeded') {
      this.#logger.error(end, 'what was to be done about a stop has failed');
      return;
    }
    this.#logger.info(end, 'a stop was seen to');
    // A domain that was reset may have stopped again, under the same domid, while nobody looked.
    this.#seen.delete(domid);
    this.#look().catch(() => undefined);
  }
}
