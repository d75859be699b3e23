import type { OperationEvent, ToolstackError, Uuid } from '../model/index.js';
import { EventLog } from './event-log.js';

/** An operation in the queue: how far it is, what it has told, and how it is called off. */
export class Job {
  readonly uuid: Uuid;
  /** See {@link OperationRequest.decisive}. */
  readonly decisive: boolean;
  readonly log = new EventLog();
  /** Takes the job out of the queue; only for one that has not begun. */
  readonly withdraw = new AbortController();
  readonly cancel = new AbortController();
  /** Aborted when the next operation ends the domain. */
  readonly ending = new AbortController();
  begun = false;
  finished: Promise<unknown> = Promise.resolve();
  #planned = false;
  #cancellable: boolean;

  constructor({ uuid, decisive, cancellable }: Pick<Job, 'uuid' | 'decisive' | 'cancellable'>) {
    this.uuid = uuid;
    this.decisive = decisive;
    this.#cancellable = cancellable;
  }

  /** Whether its followers have been told what it is, and so that it is in the journal. */
  get planned(): boolean {
    return this.#planned;
  }

  /** False once its pivot is done. */
  get cancellable(): boolean {
    return this.#cancellable;
  }

  tell(event: OperationEvent): void {
    this.#planned ||= event.event === 'planned';
    if (event.event === 'step' && event.status === 'done' && event.step.pivot === true) {
      this.#cancellable = false;
    }
    this.log.append(event);
  }

  /** Calls it off, wherever it is. */
  abort(reason: ToolstackError): void {
    if (this.begun) this.cancel.abort(reason);
    else this.withdraw.abort(reason);
  }
}
