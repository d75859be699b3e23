import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type OperationRecord,
  type Plan,
  type PlannedStep,
  ToolstackError,
} from '../../src/model/index.js';
import { type EngineContext, recover, type StepHandler } from '../../src/operations/index.js';
import { Ground, planOf, recorded } from './helpers/ground.js';

type Reached = 'planned' | 'started' | 'done' | 'failed';
const broken = { code: 'EIO', message: 'It broke', where: 'domain web1, step b' } as const;

describe('recovery', () => {
  let ground: Ground;
  let calls: string[];
  beforeEach(() => {
    ground = new Ground();
    calls = [];
  });
  afterEach(() => ground.remove());

  /** An operation as a daemon left it that died when its steps had come this far. */
  function left(plan: Plan, reached: readonly Reached[]): OperationRecord {
    const id = uuidv7();
    ground.journal.begin({ id, plan, requestedBy: 'root', at: 1 });
    if (reached.some((status) => status !== 'planned')) ground.journal.start(id, 2);
    for (const [index, status] of reached.entries()) {
      if (status === 'planned') continue;
      ground.journal.stepStarted(id, index, 3);
      if (status === 'done') ground.journal.stepDone(id, index, 4, { [`s${index}`]: index }, false);
      if (status === 'failed') ground.journal.stepFailed(id, index, 4, broken);
    }
    return ground.operation(id);
  }

  function recovered(
    reached: readonly Reached[],
    handlers: Record<string, Partial<StepHandler>> = {},
    steps: readonly PlannedStep[] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
  ) {
    const context: EngineContext = {
      journal: ground.journal,
      handlers: recorded(calls, { a: {}, b: {}, c: {}, ...handlers }),
    };
    return recover(context, left(planOf(steps), reached), () => undefined);
  }

  const pivoted = [{ name: 'a' }, { name: 'b', pivot: true as const }, { name: 'c' }];

  it('gives up an operation that never began', async () => {
    const result = await recovered(['planned', 'planned', 'planned']);
    expect(calls).toEqual([]);
    expect(result).toMatchObject({
      status: 'failed',
      error: {
        code: 'cancelled',
        message: 'The daemon ended before the create began; nothing was done',
      },
    });
    expect(ground.journal.unfinished()).toEqual([]);
  });

  it('undoes what was begun, the last step first, and says that the daemon ended', async () => {
    const result = await recovered(['done', 'started', 'planned']);
    expect(calls).toEqual(['undo b', 'undo a']);
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'cancelled', where: 'domain web1, step b' },
    });
  });

  it('goes on with an undo and keeps the error that was its reason', async () => {
    const result = await recovered(['done', 'failed', 'planned']);
    expect(calls).toEqual(['undo b', 'undo a']);
    expect(result).toMatchObject({ status: 'failed', error: broken });
  });

  it('finishes what is past its pivot, from the first step that is not done', async () => {
    const result = await recovered(['done', 'done', 'started'], {}, pivoted);
    expect(calls).toEqual(['do c']);
    expect(result).toMatchObject({ status: 'succeeded', state: { s0: 0, s1: 1 } });
    expect(result.error).toBeUndefined();
  });

  it('does not do again what a step says is done', async () => {
    const result = await recovered(
      ['done', 'done', 'started'],
      { c: { isDone: async () => ({ ready: true }) } },
      pivoted,
    );
    expect(calls).toEqual(['ask c']);
    expect(result).toMatchObject({ status: 'succeeded', state: { ready: true } });
  });

  it('does a step again that says it is not done', async () => {
    await recovered(['done', 'done', 'failed'], { c: { isDone: async () => false } }, pivoted);
    expect(calls).toEqual(['ask c', 'do c']);
  });

  it('succeeds where only the last word was missing', async () => {
    const result = await recovered(['done', 'done', 'done']);
    expect(calls).toEqual([]);
    expect(result.status).toBe('succeeded');
  });

  it.each([
    [true, ['ask b', 'do c'], 'succeeded'],
    [false, ['ask b', 'undo b', 'undo a'], 'failed'],
  ])('asks a pivot that was begun: %s', async (answer, expected, status) => {
    const result = await recovered(
      ['done', 'started', 'planned'],
      { b: { isDone: async () => answer } },
      pivoted,
    );
    expect(calls).toEqual(expected);
    expect(result.status).toBe(status);
  });

  it('leaves an operation stuck while its pivot gives no answer, and asks again', async () => {
    let answers = false;
    const handlers = recorded(calls, {
      a: {},
      b: {
        isDone: async () => {
          if (!answers) throw new ToolstackError('ETIMEDOUT', 'The destination does not answer');
          return true;
        },
      },
      c: {},
    });
    const context = { journal: ground.journal, handlers };
    const record = left(planOf(pivoted), ['done', 'started', 'planned']);
    const first = await recover(context, record, () => undefined);
    expect(first).toMatchObject({ status: 'stuck', error: { code: 'ETIMEDOUT' } });
    expect(calls).toEqual(['ask b']);

    answers = true;
    const second = await recover(context, ground.operation(record.id), () => undefined);
    expect(second.status).toBe('succeeded');
    expect(calls).toEqual(['ask b', 'ask b', 'do c']);
    expect(ground.operation(record.id).error).toBeUndefined();
  });

  it('tries again only the undo that failed', async () => {
    let held = true;
    const handlers = recorded(calls, {
      a: {
        undo: async () => {
          if (held) throw new ToolstackError('EBUSY', 'The back end holds on');
        },
      },
      b: {},
      c: {},
    });
    const context = { journal: ground.journal, handlers };
    const record = left(planOf([{ name: 'a' }, { name: 'b' }]), ['done', 'failed']);
    expect((await recover(context, record, () => undefined)).status).toBe('stuck');
    held = false;
    const again = await recover(context, ground.operation(record.id), () => undefined);
    expect(again).toMatchObject({ status: 'failed', error: broken });
    expect(calls).toEqual(['undo b', 'undo a', 'undo a']);
  });

  it('is stuck with a step that this version does not know', async () => {
    const result = await recovered(['done', 'started'], {}, [{ name: 'a' }, { name: 'old' }]);
    expect(calls).toEqual(['undo a']);
    expect(result.status).toBe('stuck');
  });
});
