import type { OperationEvent, ToolstackError } from '../model/index.js';

/**
 * What one operation has told so far, for any number of followers. Each iteration begins with the
 * first event and ends after the last. A follower is a position in the log and costs nothing while
 * it does not read. Progress within a round takes the place of the progress just before it, so the log
 * grows with steps and rounds, however long they take; who reads slowly sees the newest.
 */
export class EventLog implements AsyncIterable<OperationEvent> {
  readonly #events: OperationEvent[] = [];
  #end: { readonly error: ToolstackError | undefined } | undefined;
  readonly #waiting = new Set<() => void>();

  append(event: OperationEvent): void {
    const last = this.#events.at(-1);
    const replaces =
      event.event === 'progress' && last?.event === 'progress' && !last.progress.roundOver;
    if (replaces) this.#events.pop();
    this.#events.push(event);
    this.#wake();
  }

  /** No more will come. With an error, followers get it thrown after the last event. */
  close(error?: ToolstackError): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OperationEvent, void> {
    let next = 0;
    let seen: OperationEvent | undefined;
    while (true) {
      const wasReplaced = next > 0 && this.#events[next - 1] !== seen;
      const event = this.#events[wasReplaced ? next - 1 : next];
      if (event !== undefined) {
        if (!wasReplaced) next += 1;
        seen = event;
        yield event;
      } else if (this.#end === undefined) {
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      } else if (this.#end.error === undefined) {
        return;
      } else {
        throw this.#end.error;
      }
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
