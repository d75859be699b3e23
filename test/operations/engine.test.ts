import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JsonObject, ToolstackError } from '../../src/model/index.js';
import type { StepCall } from '../../src/operations/index.js';
import { Ground, planOf, recorded, run } from './helpers/ground.js';

const fails = async () => {
  throw new ToolstackError('ENOENT', 'There is no kernel /boot/nothing');
};

describe('an operation', () => {
  let ground: Ground;
  let calls: string[];
  beforeEach(() => {
    ground = new Ground();
    calls = [];
  });
  afterEach(() => ground.remove());

  it('does its steps in order and lays their patches over the state', async () => {
    const seen: JsonObject[] = [];
    const look = (patch: JsonObject) => async (call: StepCall) => {
      seen.push({ ...call.state, args: call.args });
      return patch;
    };
    const handlers = recorded(calls, {
      domid: { do: look({ domid: 7 }) },
      build: { do: look({ frame: 12, domid: 8 }) },
      unpause: { do: look({ frame: undefined }) },
    });
    const plan = planOf(
      [{ name: 'domid' }, { name: 'build', args: { kernel: '/boot/k' } }, { name: 'unpause' }],
      { memory: 64 },
    );
    const { result, events } = await run({ journal: ground.journal, handlers }, plan);

    expect(calls).toEqual(['do domid', 'do build', 'do unpause']);
    expect(seen).toEqual([
      { memory: 64, args: {} },
      { memory: 64, domid: 7, args: { kernel: '/boot/k' } },
      { memory: 64, domid: 8, frame: 12, args: {} },
    ]);
    expect(result.status).toBe('succeeded');
    const record = ground.operation(result.id);
    expect(record).toMatchObject({ status: 'succeeded', name: 'web1', kind: 'create' });
    expect(record.state).toEqual({ memory: 64, domid: 8 });
    expect(record.steps.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    expect(record.error).toBeUndefined();
    expect(ground.journal.unfinished()).toEqual([]);
    expect(events.map((event) => (event.event === 'step' ? event.status : event.event))).toEqual([
      'planned',
      'started',
      'done',
      'started',
      'done',
      'started',
      'done',
      'finished',
    ]);
  });

  it('has each step in the journal before it begins', async () => {
    const statuses: string[][] = [];
    const look = async (call: StepCall) => {
      statuses.push(ground.operation(call.operation).steps.map(({ status }) => status));
    };
    const handlers = recorded(calls, { a: { do: look }, b: { do: look } });
    await run({ journal: ground.journal, handlers }, planOf([{ name: 'a' }, { name: 'b' }]));
    expect(statuses).toEqual([
      ['started', 'planned'],
      ['done', 'started'],
    ]);
  });

  it.each([0, 1, 2])('that fails at step %i undoes that step and those before it', async (at) => {
    const names = ['a', 'b', 'c'];
    const handlers = recorded(
      calls,
      Object.fromEntries(names.map((name, index) => [name, index === at ? { do: fails } : {}])),
    );
    const plan = planOf(names.map((name) => ({ name, subject: 'it' })));
    const { result } = await run({ journal: ground.journal, handlers }, plan);

    const begun = names.slice(0, at + 1);
    expect(calls).toEqual([
      ...begun.map((name) => `do ${name}`),
      ...begun.toReversed().map((name) => `undo ${name}`),
    ]);
    const error = {
      code: 'ENOENT',
      message: 'There is no kernel /boot/nothing',
      where: `domain web1, step ${names[at]} it`,
    };
    expect(result).toMatchObject({ status: 'failed', error });
    const record = ground.operation(result.id);
    expect(record).toMatchObject({ status: 'failed', error });
    expect(record.steps.map(({ status }) => status)).toEqual(
      names.map((_, index) => (index <= at ? 'undone' : 'planned')),
    );
    expect(record.steps[at]?.error).toEqual(error);
  });

  it('gives the undo what the finished steps have found out', async () => {
    let undone: JsonObject | undefined;
    const handlers = recorded(calls, {
      a: {
        do: async () => ({ domid: 7 }),
        undo: async (call) => {
          undone = call.state;
        },
      },
      b: { do: fails },
    });
    const plan = planOf([{ name: 'a' }, { name: 'b' }], { uuid: 'x' });
    await run({ journal: ground.journal, handlers }, plan);
    expect(undone).toEqual({ uuid: 'x', domid: 7 });
  });

  it('whose undo fails undoes the others, is stuck, and keeps the first error', async () => {
    const handlers = recorded(calls, {
      a: {},
      b: {
        undo: async () => {
          throw new ToolstackError('EBUSY', 'The back end holds on', { where: '/local/domain/7' });
        },
      },
      c: { do: fails },
    });
    const plan = planOf([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const { result } = await run({ journal: ground.journal, handlers }, plan);

    expect(calls).toEqual(['do a', 'do b', 'do c', 'undo c', 'undo b', 'undo a']);
    expect(result).toMatchObject({ status: 'stuck', error: { code: 'ENOENT' } });
    const record = ground.operation(result.id);
    expect(record.steps.map(({ status }) => status)).toEqual(['undone', 'undo-failed', 'undone']);
    expect(record.steps[1]?.error).toEqual({
      code: 'EBUSY',
      message: 'The back end holds on',
      where: 'domain web1, step b, /local/domain/7',
    });
    expect(ground.journal.unfinished().map(({ id }) => id)).toEqual([result.id]);
  });

  it('that fails at its pivot is undone', async () => {
    const handlers = recorded(calls, { a: {}, go: { do: fails }, b: {} });
    const plan = planOf([{ name: 'a' }, { name: 'go', pivot: true }, { name: 'b' }]);
    const { result } = await run({ journal: ground.journal, handlers }, plan);
    expect(calls).toEqual(['do a', 'do go', 'undo go', 'undo a']);
    expect(result.status).toBe('failed');
  });

  it('whose pivot took effect before it failed goes on', async () => {
    const handlers = recorded(calls, {
      go: { do: fails, isDone: async () => ({ destination: 9 }) },
      b: {},
    });
    const plan = planOf([{ name: 'go', pivot: true }, { name: 'b' }]);
    const { result } = await run({ journal: ground.journal, handlers }, plan);
    expect(calls).toEqual(['do go', 'ask go', 'do b']);
    expect(result).toMatchObject({ status: 'succeeded', state: { destination: 9 } });
  });

  it('whose pivot cannot say whether it took effect is stuck and nothing is undone', async () => {
    const silent = async () => {
      throw new ToolstackError('ETIMEDOUT', 'The destination does not answer');
    };
    const handlers = recorded(calls, { a: {}, go: { do: fails, isDone: silent } });
    const plan = planOf([{ name: 'a' }, { name: 'go', pivot: true }]);
    const { result } = await run({ journal: ground.journal, handlers }, plan);
    expect(calls).toEqual(['do a', 'do go', 'ask go']);
    expect(result).toMatchObject({ status: 'stuck', error: { code: 'ETIMEDOUT' } });
    expect(ground.operation(result.id).steps[1]?.status).toBe('started');
  });

  it('that fails after its pivot is stuck and nothing is undone', async () => {
    const handlers = recorded(calls, { a: {}, go: {}, b: { do: fails } });
    const plan = planOf([{ name: 'a' }, { name: 'go', pivot: true }, { name: 'b' }]);
    const { result } = await run({ journal: ground.journal, handlers }, plan);
    expect(calls).toEqual(['do a', 'do go', 'do b']);
    expect(result).toMatchObject({ status: 'stuck', error: { code: 'ENOENT' } });
    expect(ground.operation(result.id).steps.map(({ status }) => status)).toEqual([
      'done',
      'done',
      'failed',
    ]);
  });

  it('with a step that nobody knows is refused before anything is written', async () => {
    const handlers = recorded(calls, { a: {} });
    const plan = planOf([{ name: 'a' }, { name: 'unheard-of' }]);
    await expect(run({ journal: ground.journal, handlers }, plan)).rejects.toMatchObject({
      code: 'internal',
    });
    expect(calls).toEqual([]);
    expect(ground.history.queries.operations()).toEqual([]);
  });

  it('that is cancelled while a step waits is undone with the reason as its error', async () => {
    const controller = new AbortController();
    const handlers = recorded(calls, {
      a: {},
      wait: {
        do: async ({ signal }) => {
          controller.abort(new ToolstackError('cancelled', 'Stopped by root'));
          signal.throwIfAborted();
        },
      },
    });
    const plan = planOf([{ name: 'a' }, { name: 'wait' }]);
    const context = { journal: ground.journal, handlers };
    const { result } = await run(context, plan, controller.signal);
    expect(calls).toEqual(['do a', 'do wait', 'undo wait', 'undo a']);
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'cancelled', message: 'Stopped by root' },
    });
  });

  it('that is cancelled between two steps does not begin the second', async () => {
    const controller = new AbortController();
    const handlers = recorded(calls, {
      a: { do: async () => controller.abort(new ToolstackError('cancelled', 'Stopped')) },
      b: {},
    });
    const context = { journal: ground.journal, handlers };
    const { result } = await run(
      context,
      planOf([{ name: 'a' }, { name: 'b' }]),
      controller.signal,
    );
    expect(calls).toEqual(['do a', 'undo a']);
    expect(result).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
    expect(ground.operation(result.id).steps[1]?.status).toBe('planned');
  });

  it('is not stopped by a cancellation that comes after the pivot', async () => {
    const controller = new AbortController();
    const handlers = recorded(calls, {
      go: { do: async () => controller.abort(new ToolstackError('cancelled', 'Stopped')) },
      b: { do: async ({ signal }) => signal.throwIfAborted() },
    });
    const plan = planOf([{ name: 'go', pivot: true }, { name: 'b' }]);
    const context = { journal: ground.journal, handlers };
    expect((await run(context, plan, controller.signal)).result.status).toBe('succeeded');
  });

  it('that is out of time is undone and says so', async () => {
    const handlers = recorded(calls, {
      a: {},
      wait: {
        do: ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          }),
      },
    });
    const context = { journal: ground.journal, handlers, deadlineMs: 20 };
    const { result } = await run(context, planOf([{ name: 'a' }, { name: 'wait' }]));
    expect(calls).toEqual(['do a', 'do wait', 'undo wait', 'undo a']);
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'ETIMEDOUT', message: 'The create of web1 did not end within 0.02 s' },
    });
  });

  it('shares live objects between its steps and passes their progress on', async () => {
    const progress = {
      kind: 'memory',
      phase: 'pre-copy',
      round: 0,
      roundOver: false,
      sentPages: 1,
      remainingPages: 2,
      sendRate: 3,
    } as const;
    let found: unknown;
    const handlers = recorded(calls, {
      open: {
        do: async (call) => {
          call.scratch.set('stream', 'open');
          call.progress(progress);
        },
      },
      use: {
        do: async (call) => {
          found = call.scratch.get('stream');
        },
      },
    });
    const plan = planOf([{ name: 'open' }, { name: 'use' }]);
    const { result, events } = await run({ journal: ground.journal, handlers }, plan);
    expect(found).toBe('open');
    expect(events).toContainEqual({ event: 'progress', operation: result.id, progress });
  });
});
