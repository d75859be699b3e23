import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OperationRecord } from '../../../src/model/index.js';
import { CrashHost } from './crash-host.js';
import { type FaultCase, faultCases } from './fault-cases.js';
import type { Verb } from './verbs/index.js';
import type { View } from './view.js';

/** Crashes, and fails, before and after every step of these verbs, on one host. */
export function crashTests(verbs: readonly Verb[]): void {
  let host: CrashHost;
  beforeAll(async () => {
    host = await CrashHost.boot();
  });
  afterAll(() => host.close());

  describe.each(verbs.map((verb) => [verb.title, verb] as const))('%s', (_title, verb) => {
    const { kind, steps, unasked, traceless } = verb;
    const cases = faultCases(steps).map((each) => [titleOf(each), each] as const);
    let prepared: View;
    let done: View;
    /** The host when the case begins. */
    let before: View;
    let newest: string;

    beforeEach(async () => {
      await host.startDaemon();
      const isReady = prepared !== undefined && (await host.looksAlready(prepared));
      if (!isReady) await prepare();
      before = await host.look();
      newest = (await host.read(({ queries }) => queries.operations({ limit: 1 })))[0]?.id ?? '';
    });

    test('has the steps that are tried here, and two ends', async () => {
      prepared = before;
      await host.undergo(verb);
      done = await host.look();
      const own = (await operations()).filter((operation) => operation.kind === kind);
      expect(own.map((operation) => operation.status)).toEqual(['succeeded']);
      const names = own[0]?.steps.map(({ step }) => step.name);
      expect(names).toEqual(steps.map(({ name }) => name));
      if (traceless) expect(done.shape).toEqual(before.shape);
      else expect(done.shape).not.toEqual(before.shape);
      expect(done.shape.findings).toEqual([]);
    });

    test.each(cases)('killed %s', async (_where, each) => {
      const { step, point, end } = each;
      await host.dieIn(`${step}:${point}=kill`, verb);
      await host.startDaemon();
      await expectEnd(each);
      const [last, ...earlier] = await ownOperations();
      const ends = [last, ...earlier].map((operation) => operation?.status);
      const first = end === 'done' ? 'succeeded' : 'failed';
      expect(ends).toEqual(unasked && end === 'undone' ? ['succeeded', first] : [first]);
    });

    test.each(unasked ? [] : cases)('failing %s', async (_where, each) => {
      const { step, point, end, isPastPivot } = each;
      await host.startDaemon({ DOMOVOI_FAULT: `${step}:${point}=fail` });
      const asked = verb.ask(host);
      if (isPastPivot) await expect(asked).rejects.toThrow(`${kind} stuck: A fault was injected`);
      else if (end === 'done') await asked;
      else await expect(asked).rejects.toThrow(`${kind} failed: A fault was injected`);
      await host.startDaemon();
      await expectEnd(each);
      const ends = (await ownOperations()).map(({ status }) => status);
      expect(ends).toEqual([end === 'done' ? 'succeeded' : 'failed']);
    });

    test.each(unasked ? cases : [])('failing %s, or given up', async (_where, each) => {
      const { step, point, end, isAttempt } = each;
      await host.undergo(verb, `${step}:${point}=fail`);
      if (isAttempt) await expectNoTrace();
      else await expectEnd(each);
      const ends = (await ownOperations()).map(({ status }) => status);
      if (isAttempt) expect(ends).toEqual(['failed']);
      else expect(ends).toEqual(end === 'undone' ? ['succeeded', 'failed'] : ['succeeded']);
    });

    async function prepare(): Promise<void> {
      await host.clear();
      await verb.prepare(host);
      await host.rests();
      await host.remember();
    }

    /** The host is at one of the two ends: nothing else of it has changed. */
    async function expectEnd({ end, isSent }: FaultCase): Promise<void> {
      if (end === 'done' || isSent || unasked) return host.looksLike(done, 'shape');
      await host.looksLike(before, 'tree');
      await host.looksLike(before, 'shape');
    }

    /** What was attempted has left nothing, and what was to be ended has ended or is set aside. */
    async function expectNoTrace(): Promise<void> {
      const { domains, living, findings, processes, memoryKib } = (await host.look()).shape;
      expect({ findings, processes }).toEqual({ findings: [], processes: [] });
      expect(memoryKib).toBe(before.shape.memoryKib);
      expect(domains.map(({ name }) => name)).toEqual(living);
      expect(domains.filter(({ shutdown }) => shutdown === undefined)).toEqual([]);
    }

    async function ownOperations(): Promise<OperationRecord[]> {
      return (await operations()).filter((operation) => operation.kind === kind);
    }

    /** What has been done in this case, newest first; nothing of it is unfinished. */
    function operations(): Promise<OperationRecord[]> {
      return host.read(({ journal, queries }) => {
        expect(journal.unfinished()).toEqual([]);
        return queries.operations({ limit: 20 }).filter(({ id }) => id > newest);
      });
    }
  });
}

function titleOf({ step, point, end }: FaultCase): string {
  return `${point} ${step} is ${end}`;
}
