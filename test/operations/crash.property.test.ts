import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Journal, type PlannedStep, ToolstackError } from '../../src/model/index.js';
import {
  type Handlers,
  recover,
  runPlan,
  type StepCall,
  type StepHandler,
} from '../../src/operations/index.js';
import { Ground, planOf } from './helpers/ground.js';

/** The daemon's death, as the engine sees it: the journal throws, and whatever comes is too late. */
class Crash extends Error {}

interface CrashPoint {
  /** Which call of the journal it is, counted from 1. */
  readonly call: number;
  readonly when: 'before the write' | 'after the write';
}

/** What a step does to the world outside, which outlives every daemon. */
interface StepScript {
  readonly answers: boolean;
  readonly failures: number;
  /** Whether a failing `do` has already had its effect. */
  readonly failsLate: boolean;
  readonly undoFailures: number;
}

class World {
  readonly effects = new Set<number>();
  readonly #failures: number[];
  readonly #undoFailures: number[];
  readonly #scripts: readonly StepScript[];
  alive = true;

  constructor(scripts: readonly StepScript[]) {
    this.#scripts = scripts;
    this.#failures = scripts.map(({ failures }) => failures);
    this.#undoFailures = scripts.map(({ undoFailures }) => undoFailures);
  }

  handlers(): Handlers {
    const silent: StepHandler = {
      do: async (call) => this.#do(this.#index(call)),
      undo: async (call) => {
        const index = this.#index(call);
        this.effects.delete(index);
        if (takeOne(this.#undoFailures, index)) throw new ToolstackError('EBUSY', 'Held');
      },
    };
    const isDone = async (call: StepCall) => {
      const index = this.#index(call);
      return this.effects.has(index) ? patchOf(index) : false;
    };
    return new Map<string, StepHandler>([
      ['silent', silent],
      ['answering', { ...silent, isDone }],
    ]);
  }

  #do(index: number) {
    const fails = takeOne(this.#failures, index);
    if (!fails || this.#scripts[index]?.failsLate === true) this.effects.add(index);
    if (fails) throw new ToolstackError('EIO', 'It broke');
    return patchOf(index);
  }

  #index(call: StepCall): number {
    expect(this.alive, 'a step was called after the daemon had died').toBe(true);
    return Number(call.args.index);
  }
}

function takeOne(left: number[], index: number): boolean {
  const count = left[index] ?? 0;
  left[index] = Math.max(0, count - 1);
  return count > 0;
}

const patchOf = (index: number) => ({ [`step${index}`]: index });

/** The journal, until the daemon dies at one of its calls. */
function dying(journal: Journal, world: World, point: CrashPoint | undefined): Journal {
  let calls = 0;
  return new Proxy(journal, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        calls += 1;
        if (calls !== point?.call) return value.apply(target, args);
        if (point.when === 'after the write') value.apply(target, args);
        world.alive = false;
        throw new Crash();
      };
    },
  });
}

const script: fc.Arbitrary<StepScript> = fc.record({
  answers: fc.boolean(),
  failures: fc.constantFrom(0, 0, 0, 1, 2),
  failsLate: fc.boolean(),
  undoFailures: fc.constantFrom(0, 0, 0, 1),
});

const operation = fc.record({
  scripts: fc.array(script, { minLength: 1, maxLength: 6 }),
  pivot: fc.option(fc.nat(5), { nil: undefined }),
  /** Steps after the pivot, from this one on, are an attempt. */
  attempt: fc.option(fc.nat(5), { nil: undefined }),
  /** Where the daemons that recover die, one after the other. */
  later: fc.array(
    fc.record({
      call: fc.integer({ min: 1, max: 8 }),
      when: fc.constantFrom('before the write' as const, 'after the write' as const),
    }),
    { maxLength: 3 },
  ),
});

describe('an operation whose daemon dies at any moment', () => {
  let ground: Ground;
  beforeAll(() => {
    ground = new Ground();
  });
  afterAll(() => ground.remove());

  type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

  /** Returns whether the crash happened: there is no such call once the operation has ended. */
  async function live(
    { scripts, pivot, attempt, later }: Operation,
    first: CrashPoint,
  ): Promise<boolean> {
    const world = new World(scripts);
    const handlers = world.handlers();
    const id = uuidv7();
    const isAttempt = (index: number): boolean =>
      pivot !== undefined && attempt !== undefined && index > pivot && index >= attempt;
    const steps = scripts.map(
      ({ answers }, index): PlannedStep => ({
        name: answers ? 'answering' : 'silent',
        args: { index },
        ...(index === pivot ? { pivot: true as const } : {}),
        ...(isAttempt(index) ? { attempt: true as const } : {}),
      }),
    );
    const plan = planOf(steps, { given: true });
    const emit = () => undefined;
    const survived = async (work: Promise<unknown>) => {
      try {
        await work;
        return true;
      } catch (thrown) {
        if (!(thrown instanceof Crash)) throw thrown;
        return false;
      }
    };

    const journal = dying(ground.journal, world, first);
    const request = { id, plan, requestedBy: 'root', emit };
    const crashed = !(await survived(runPlan({ journal, handlers }, request)));

    const crashes: (CrashPoint | undefined)[] = [...later];
    const unfinished = () => ground.journal.unfinished().find((one) => one.id === id);
    const wasPastPivot = unfinished()?.steps.some((one) => one.step.pivot && one.status === 'done');
    for (let daemons = 0; ; daemons += 1) {
      const record = unfinished();
      if (record === undefined) break;
      expect(daemons, 'recovery comes to an end').toBeLessThan(40);
      world.alive = true;
      const context = { journal: dying(ground.journal, world, crashes.shift()), handlers };
      await survived(recover(context, record, emit));
    }

    const record = ground.history.queries.operations({ uuid: plan.uuid })[0];
    const all = steps.map((_, index) => index);
    const effects = [...world.effects].toSorted((one, other) => one - other);
    if (record?.status === 'succeeded') {
      expect(effects).toEqual(all);
      expect(record.state).toEqual(Object.assign({ given: true }, ...all.map(patchOf)));
      expect(record.error).toBeUndefined();
    } else {
      const lasting = record?.steps.some(({ step, status }) => step.pivot && status === 'done')
        ? all.filter((index) => !isAttempt(index))
        : [];
      expect(effects).toEqual(lasting);
      if (lasting.length === 0)
        expect(wasPastPivot, 'nothing is undone after the pivot').not.toBe(true);
      if (record !== undefined) {
        expect(record.status).toBe('failed');
        expect(record.error).toBeDefined();
        const undone = record.steps.filter(({ index }) => !lasting.includes(index));
        expect(undone.every(({ status }) => ['planned', 'undone'].includes(status))).toBe(true);
      }
    }
    return crashed;
  }

  it('is in the end all done or all undone, wherever that was', async () => {
    await fc.assert(
      fc.asyncProperty(operation, async (one) => {
        for (const when of ['before the write', 'after the write'] as const) {
          for (let call = 1; await live(one, { call, when }); call += 1) {
            expect(call).toBeLessThan(100);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
