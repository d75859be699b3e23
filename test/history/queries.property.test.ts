import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History } from '../../src/history/index.js';
import {
  type Domid,
  type Incarnation,
  type LifecycleEvent,
  type OperationRecord,
  type Plan,
  type Uuid,
  uuid,
} from '../../src/model/index.js';

const domains = [1, 2, 3].map((digit) => uuid(`${digit}`.repeat(32)));
const host = 'here';
const detail = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null)));
const domain = fc.constantFrom(...domains);
const domid = fc.integer({ min: 1, max: 4 }).map((value) => value as Domid);

const action = fc.oneof(
  fc.record({ act: fc.constant('operate' as const), domain, detail, succeeds: fc.boolean() }),
  fc.record({ act: fc.constant('begin' as const), domain, domid }),
  fc.record({ act: fc.constant('end' as const), domain, domid }),
  fc.record({
    act: fc.constant('event' as const),
    domain,
    domid: fc.option(domid, { nil: undefined }),
    detail,
  }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** The same history, as arrays in the order in which things happened. */
class Plain {
  readonly operations: OperationRecord[] = [];
  readonly incarnations: Incarnation[] = [];
  readonly events: LifecycleEvent[] = [];
}

function apply(one: Action, at: number, history: History, plain: Plain): void {
  const id = `operation ${String(at).padStart(6, '0')}`;
  const common = { uuid: one.domain, name: `name of ${one.domain}` };
  switch (one.act) {
    case 'operate': {
      const { succeeds } = one;
      const step = { name: 'build', args: one.detail };
      const plan: Plan = { ...common, kind: 'create', steps: [step], state: { given: at } };
      const error = { code: 'EIO', message: `It broke at ${at}` } as const;
      history.journal.begin({ id, plan, requestedBy: 'root', at });
      history.journal.start(id, at);
      history.journal.stepStarted(id, 0, at);
      if (succeeds) history.journal.stepDone(id, 0, at, one.detail, false);
      else history.journal.stepFailed(id, 0, at, error);
      history.journal.finish(
        id,
        succeeds ? 'succeeded' : 'stuck',
        at,
        succeeds ? undefined : error,
      );
      const times = { startedAt: at, endedAt: at };
      const reason = succeeds ? {} : { error };
      plain.operations.push({
        ...common,
        id,
        kind: 'create',
        status: succeeds ? 'succeeded' : 'stuck',
        requestedBy: 'root',
        state: { given: at, ...(succeeds ? one.detail : {}) },
        steps: [{ index: 0, step, status: succeeds ? 'done' : 'failed', ...times, ...reason }],
        queuedAt: at,
        ...times,
        ...reason,
      });
      return;
    }
    case 'begin': {
      const cause = 'create' as const;
      const begun = { ...common, host, domid: one.domid, cause, operation: id, at };
      const epoch = plain.incarnations.filter((other) => other.uuid === one.domain).length + 1;
      expect(history.records.beginIncarnation(begun)).toBe(epoch);
      plain.incarnations.push({
        uuid: one.domain,
        epoch,
        host,
        domid: one.domid,
        from: at,
        cause,
        operation: id,
      });
      return;
    }
    case 'end': {
      history.records.endIncarnation({
        uuid: one.domain,
        host,
        domid: one.domid,
        end: 'destroy',
        at,
      });
      for (const [index, other] of plain.incarnations.entries()) {
        const fits = other.uuid === one.domain && other.domid === one.domid;
        if (fits && other.to === undefined) {
          plain.incarnations[index] = { ...other, to: at, end: 'destroy' };
        }
      }
      return;
    }
    case 'event': {
      const event = {
        at,
        uuid: one.domain,
        ...(one.domid === undefined ? {} : { domid: one.domid }),
        kind: 'suspended' as const,
        detail: one.detail,
      };
      plain.events.push(history.records.appendEvent(event));
      expect(plain.events.at(-1)).toEqual({ ...event, seq: plain.events.length });
      return;
    }
  }
}

/** What a query over plain arrays answers: newest first, of one domain or all, up to a limit. */
function newest<T extends { readonly uuid: Uuid }>(
  all: readonly T[],
  { uuid, limit }: { uuid?: Uuid | undefined; limit?: number | undefined },
): T[] {
  const fitting = uuid === undefined ? all : all.filter((one) => one.uuid === uuid);
  return fitting.toReversed().slice(0, limit);
}

describe('queries of the history', () => {
  it('answer as plain arrays would', () => {
    const filter = fc.record({
      uuid: fc.option(domain, { nil: undefined }),
      limit: fc.option(fc.nat(10), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), fc.array(filter), (actions, filters) => {
        const history = History.open(':memory:');
        const plain = new Plain();
        try {
          for (const [at, one] of actions.entries()) apply(one, at, history, plain);
          for (const one of [{}, ...filters]) {
            expect(history.queries.operations(one)).toEqual(newest(plain.operations, one));
            expect(history.queries.incarnations(one)).toEqual(newest(plain.incarnations, one));
            expect(history.queries.events(one)).toEqual(newest(plain.events, one));
          }
          const stuck = plain.operations.filter(({ status }) => status === 'stuck');
          expect(history.queries.stuck()).toBe(stuck.length);
          expect(history.journal.unfinished()).toEqual(stuck);
          const living = plain.incarnations.filter(({ to }) => to === undefined);
          expect(history.queries.living(host)).toHaveLength(living.length);
          for (const one of living) {
            const holders = living.filter((other) => other.domid === one.domid);
            expect(history.queries.find(String(one.domid))).toBe(holders.at(-1)?.uuid);
          }
        } finally {
          history.close();
        }
      }),
    );
  });
});
