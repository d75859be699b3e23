import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { storeTest, valueAt } from '../e2e/helpers/store.js';
import { faultCases, STEPS } from './helpers/plans.js';
import { CONFIG, DOMAIN, type Scene, Site } from './helpers/site.js';

const CASES = faultCases(STEPS.migrate);

describe('a migration', () => {
  let site: Site;
  let before: Scene;
  beforeAll(async () => {
    site = await Site.open();
    await site.host.ok('create', CONFIG);
  });
  beforeEach(async () => {
    before = await site.recover();
  });
  afterAll(() => site.host.close());

  storeTest('has the steps that are tried here', async () => {
    await site.host.ok('migrate', DOMAIN, 'localhost');
    const { operations } = await site.look();
    expect(operations[0]?.steps.map(({ step }) => step.name)).toEqual(
      STEPS.migrate.map(({ name }) => name),
    );
  });

  storeTest.for(CASES)('whose daemon is killed $point $step is $end', async (each) => {
    const { step, point, end } = each;
    const result = await site.runWithFault(`${step}:${point}=kill`, 'migrate', DOMAIN, 'localhost');
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('domovoi: the toolstack daemon is gone');
    expectEnd(await site.recover(), end);
  });

  storeTest.for(CASES)('that fails $point $step is $end', async (each) => {
    const { step, point, end, isPastPivot } = each;
    const result = await site.runWithFault(`${step}:${point}=fail`, 'migrate', DOMAIN, 'localhost');
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(`domovoi: A fault was injected ${point} step ${step}`);
    if (isPastPivot) {
      expect(result.stderr).toContain('It is stuck half-way');
      await site.stopDaemon();
    }
    expectEnd(await site.recover(), end);
  });

  function expectEnd({ guest, tree, operations }: Scene, end: 'undone' | 'done'): void {
    const status = end === 'done' ? 'succeeded' : 'failed';
    expect(operations[0]).toMatchObject({ kind: 'migrate', status });
    expect(guest?.uuid).toBe(before.guest?.uuid);
    if (end === 'undone') {
      expect(tree).toEqual(before.tree);
      return;
    }
    expect(guest?.domid).toBeGreaterThan(before.guest?.domid ?? Number.NaN);
    const startTime = `/vm/${guest?.uuid}/start_time`;
    expect(valueAt(tree, startTime)).toBe(valueAt(before.tree, startTime));
  }
});
