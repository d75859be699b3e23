import { once } from 'node:events';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type OperationEvent,
  type Plan,
  type PlannedStep,
  ToolstackError,
  type Uuid,
} from '../../src/model/index.js';
import {
  OperationQueue,
  type OperationRequest,
  parseFaults,
  type StepHandler,
} from '../../src/operations/index.js';
import { Ground, newUuid } from './helpers/ground.js';

/** A door that steps wait at until it is opened; it says when one has come. */
class Door {
  readonly #events = new EventTarget();
  #open = false;
  waiting = 0;

  async pass(signal: AbortSignal): Promise<void> {
    if (this.#open) return;
    this.waiting += 1;
    this.#events.dispatchEvent(new Event('come'));
    try {
      await once(this.#events, 'open', { signal });
    } finally {
      this.waiting -= 1;
    }
  }

  open(): void {
    this.#open = true;
    this.#events.dispatchEvent(new Event('open'));
  }

  async crowd(size: number): Promise<void> {
    while (this.waiting < size) await once(this.#events, 'come');
  }
}

describe('the queue', () => {
  let ground: Ground;
  let door: Door;
  let trace: string[];
  let handlers: Map<string, StepHandler>;
  beforeEach(() => {
    ground = new Ground();
    door = new Door();
    trace = [];
    handlers = new Map<string, StepHandler>([
      ['wait', { do: ({ signal }) => door.pass(signal) }],
      [
        'note',
        {
          do: async ({ args }) => {
            trace.push(String(args.text));
          },
        },
      ],
    ]);
  });
  afterEach(() => {
    door.open();
    ground.remove();
  });

  const queueOf = (concurrency?: number) =>
    new OperationQueue({
      journal: ground.journal,
      handlers,
      ...(concurrency === undefined ? {} : { concurrency }),
    });

  const note = (text: string): PlannedStep => ({ name: 'note', args: { text } });
  const wait: PlannedStep = { name: 'wait' };

  function request(uuid: Uuid, ...steps: PlannedStep[]): OperationRequest {
    const plan: Plan = { kind: 'destroy', uuid, name: 'web1', steps, state: {} };
    return { uuid, requestedBy: 'root', plan: async () => plan };
  }

  function submit(queue: OperationQueue, uuid: Uuid, ...steps: PlannedStep[]) {
    return queue.submit(request(uuid, ...steps));
  }

  it('runs one operation at a time on a domain, in order, and many domains at once', async () => {
    const queue = queueOf(8);
    const domains = Array.from({ length: 8 }, newUuid);
    const operations = [0, 1, 2, 3].flatMap((round) =>
      domains.map((uuid, lane) => {
        const begin = note(`${lane} begin ${round}`);
        return submit(queue, uuid, begin, wait, note(`${lane} end ${round}`));
      }),
    );
    // All eight are inside a step at once, and nothing else is.
    await door.crowd(8);
    expect(trace.toSorted()).toEqual(domains.map((_, lane) => `${lane} begin 0`));
    expect(queue.counts()).toEqual({ running: 8, queued: 24 });
    door.open();
    await Promise.all(operations.map(({ finished }) => finished));
    for (const lane of domains.keys()) {
      expect(trace.filter((line) => line.startsWith(`${lane} `))).toEqual(
        [0, 1, 2, 3].flatMap((round) => [`${lane} begin ${round}`, `${lane} end ${round}`]),
      );
    }
    expect(queue.counts()).toEqual({ running: 0, queued: 0 });
  });

  it('runs no more operations at once than it may', async () => {
    const queue = queueOf(3);
    const operations = Array.from({ length: 10 }, () => submit(queue, newUuid(), wait));
    await door.crowd(3);
    expect(queue.counts()).toEqual({ running: 3, queued: 7 });
    expect(ground.history.queries.operations()).toHaveLength(3);
    door.open();
    const results = await Promise.all(operations.map(({ finished }) => finished));
    expect(results.map(({ status }) => status)).toEqual(Array(10).fill('succeeded'));
  });

  it('plans an operation only when its turn has come', async () => {
    const queue = queueOf();
    const uuid = newUuid();
    const first = submit(queue, uuid, wait, note('first is done'));
    const second = queue.submit({
      uuid,
      requestedBy: 'root',
      plan: async () => {
        trace.push('second is planned');
        return { kind: 'destroy', uuid, name: 'web1', steps: [], state: {} };
      },
    });
    await door.crowd(1);
    expect(trace).toEqual([]);
    door.open();
    await Promise.all([first.finished, second.finished]);
    expect(trace).toEqual(['first is done', 'second is planned']);
  });

  it('tells who asked why there is no plan, writes nothing, and goes on', async () => {
    const queue = queueOf();
    const uuid = newUuid();
    const refused = queue.submit({
      uuid,
      requestedBy: 'root',
      plan: async () => {
        throw new ToolstackError('no-such-domain', 'There is no domain web1');
      },
    });
    const next = submit(queue, uuid, note('next'));
    await expect(refused.finished).rejects.toMatchObject({ code: 'no-such-domain' });
    await expect(refused.events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'no-such-domain',
    });
    expect((await next.finished).status).toBe('succeeded');
    expect(ground.history.queries.operations().map(({ id }) => id)).toEqual([next.id]);
  });

  it('is not disturbed by followers that leave or never read', async () => {
    const queue = queueOf();
    const operation = submit(queue, newUuid(), note('a'), wait, note('b'));
    operation.events[Symbol.asyncIterator]();
    for await (const event of operation.events) {
      if (event.event === 'step' && event.step.name === 'wait') break;
    }
    door.open();
    const events: OperationEvent[] = [];
    for await (const event of operation.events) events.push(event);
    expect(events[0]?.event).toBe('planned');
    expect(events.at(-1)).toMatchObject({ event: 'finished', status: 'succeeded' });
    expect(trace).toEqual(['a', 'b']);
  });

  it('cancels a waiting operation at once and a running one by undoing it', async () => {
    const queue = queueOf();
    const uuid = newUuid();
    const running = submit(queue, uuid, wait);
    const waiting = submit(queue, uuid, note('never'));
    await door.crowd(1);
    expect(queue.cancel(waiting.id)).toBe(true);
    await expect(waiting.finished).rejects.toMatchObject({ code: 'cancelled' });
    expect(queue.counts()).toEqual({ running: 1, queued: 0 });
    expect(queue.cancel(running.id)).toBe(true);
    expect(await running.finished).toMatchObject({
      status: 'failed',
      error: { code: 'cancelled', where: 'domain web1, step wait' },
    });
    expect(queue.cancel(running.id)).toBe(false);
    expect(trace).toEqual([]);
  });

  it('cancels an operation that waits for a place, and gives its lane to the next', async () => {
    const queue = queueOf(1);
    const busy = submit(queue, newUuid(), wait);
    const uuid = newUuid();
    const waiting = submit(queue, uuid, note('never'));
    const next = submit(queue, uuid, note('next'));
    await door.crowd(1);
    queue.cancel(waiting.id);
    await expect(waiting.finished).rejects.toMatchObject({ code: 'cancelled' });
    door.open();
    await Promise.all([busy.finished, next.finished]);
    expect(trace).toEqual(['next']);
  });

  it('cancels for one that ends the domain what is in its way, and nothing else', async () => {
    const queue = queueOf();
    const uuid = newUuid();
    const others = submit(queue, newUuid(), wait);
    const running = submit(queue, uuid, wait);
    const waiting = submit(queue, uuid, note('never'));
    await door.crowd(2);
    const first = queue.submit({ ...request(uuid, note('first')), decisive: true });
    const second = queue.submit({ ...request(uuid, note('second')), decisive: true });
    const reason = { code: 'cancelled', message: 'The domain was ended meanwhile' };
    await expect(waiting.finished).rejects.toMatchObject(reason);
    expect(await running.finished).toMatchObject({ status: 'failed', error: reason });
    await Promise.all([first.finished, second.finished]);
    expect(trace).toEqual(['first', 'second']);
    door.open();
    expect((await others.finished).status).toBe('succeeded');
  });

  it('does not cancel an operation that is past its pivot', async () => {
    const queue = queueOf();
    const go: PlannedStep = { name: 'note', args: { text: 'go' }, pivot: true };
    const operation = submit(queue, newUuid(), go, wait);
    await door.crowd(1);
    expect(queue.cancel(operation.id)).toBe(false);
    door.open();
    expect((await operation.finished).status).toBe('succeeded');
  });

  it('when it is drained refuses what is new, lets go what waits, and ends what runs', async () => {
    const queue = queueOf();
    const uuid = newUuid();
    const running = submit(queue, uuid, wait);
    const waiting = submit(queue, uuid, note('never'));
    await door.crowd(1);
    const drained = queue.drain().then(() => trace.push('drained'));
    const stopping = { code: 'EBUSY', message: 'The daemon is stopping' };
    expect(() => submit(queue, uuid)).toThrow(expect.objectContaining(stopping));
    await expect(waiting.finished).rejects.toMatchObject(stopping);
    expect(trace).toEqual([]);
    door.open();
    await drained;
    expect((await running.finished).status).toBe('succeeded');
    expect(trace).toEqual(['drained']);
  });

  it('recovers what the last daemon left before it does anything new on that domain', async () => {
    const uuid = newUuid();
    const plan: Plan = { kind: 'migrate', uuid, name: 'web1', steps: [note('old')], state: {} };
    const id = uuidv7();
    ground.journal.begin({ id, plan, requestedBy: 'root', at: 1 });
    ground.journal.start(id, 2);
    ground.journal.stepStarted(id, 0, 3);
    handlers.set('note', {
      do: async ({ args }) => {
        trace.push(`do ${args.text}`);
      },
      undo: async ({ args }) => {
        trace.push(`undo ${args.text}`);
      },
    });
    const queue = queueOf();
    const recovered = queue.recoverUnfinished();
    expect(recovered.map((handle) => handle.id)).toEqual([id]);
    expect(queue.recoverUnfinished()).toEqual([]);
    await submit(queue, uuid, note('new')).finished;
    expect(trace).toEqual(['undo old', 'do new']);
    expect(ground.operation(id).status).toBe('failed');
  });

  it('tells followers and daemon when the journal fails under an operation that has begun', async () => {
    const lost: Error[] = [];
    const queue = new OperationQueue({
      journal: ground.journal,
      handlers,
      onJournalLost: (error) => lost.push(error),
    });
    const { events, finished } = submit(queue, newUuid(), wait);
    await door.crowd(1);
    ground.history.close();
    door.open();
    await expect(finished).rejects.toThrow(/not open/);
    const told: OperationEvent[] = [];
    await expect(
      (async () => {
        for await (const event of events) told.push(event);
      })(),
    ).rejects.toThrow(/not open/);
    expect(told.at(-1)).toMatchObject({
      event: 'finished',
      status: 'stuck',
      error: { message: expect.stringMatching(/not open/) },
    });
    expect(lost).toHaveLength(1);
  });

  it('leaves it to the next daemon when the journal fails right after it took an operation', async () => {
    const lost: Error[] = [];
    let asked = 0;
    const queue = new OperationQueue({
      journal: ground.journal,
      handlers,
      onJournalLost: (error) => lost.push(error),
      // The first time is that of the operation's row, the second that of its start.
      now: () => {
        asked += 1;
        if (asked === 2) ground.history.close();
        return asked;
      },
    });
    await expect(submit(queue, newUuid(), wait).finished).rejects.toThrow(/not open/);
    expect(lost).toHaveLength(1);
  });

  it('only tells followers when the journal fails before anything has begun', async () => {
    const lost: Error[] = [];
    const queue = new OperationQueue({
      journal: ground.journal,
      handlers,
      onJournalLost: (error) => lost.push(error),
    });
    ground.history.close();
    await expect(submit(queue, newUuid(), wait).finished).rejects.toThrow(/not open/);
    expect(lost).toEqual([]);
  });

  it('keeps the domain of an operation that stalls to itself until that is cancelled', async () => {
    const queue = new OperationQueue({
      journal: ground.journal,
      handlers,
      faults: parseFaults('wait=stall'),
    });
    const uuid = newUuid();
    const stalled = submit(queue, uuid, wait);
    const next = submit(queue, uuid, note('next'));
    for await (const event of stalled.events) {
      if (event.event === 'step') queue.cancel(stalled.id);
    }
    expect(await stalled.finished).toMatchObject({
      status: 'failed',
      error: { code: 'cancelled' },
    });
    expect((await next.finished).status).toBe('succeeded');
  });
});
