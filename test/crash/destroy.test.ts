import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { storeTest } from '../e2e/helpers/store.js';
import { faultCases, STEPS } from './helpers/plans.js';
import { CONFIG, DOMAIN, type Scene, Site } from './helpers/site.js';

const CASES = faultCases(STEPS.destroy);

describe('a destroy', () => {
  let site: Site;
  let before: Scene;
  beforeAll(async () => {
    site = await Site.open();
  });
  beforeEach(async () => {
    if ((await site.look()).guest === undefined) await site.host.ok('create', CONFIG);
    before = await site.look();
  });
  afterAll(() => site.host.close());

  storeTest('has the steps that are tried here', async () => {
    await site.host.ok('destroy', DOMAIN);
    const { operations } = await site.look();
    expect(operations[0]?.steps.map(({ step }) => step.name)).toEqual(
      STEPS.destroy.map(({ name }) => name),
    );
  });

  storeTest.for(CASES)('whose daemon is killed $point $step is $end', async (each) => {
    const { step, point, end } = each;
    const result = await site.runWithFault(`${step}:${point}=kill`, 'destroy', DOMAIN);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('domovoi: the toolstack daemon is gone');
    expectEnd(await site.recover(), end);
  });

  storeTest.for(CASES)('that fails $point $step is $end', async (each) => {
    const { step, point, end, isPastPivot } = each;
    const result = await site.runWithFault(`${step}:${point}=fail`, 'destroy', DOMAIN);
    const isUnnoticed = end === 'done' && !isPastPivot;
    expect(result).toMatchObject({ code: isUnnoticed ? 0 : 1, stdout: '' });
    if (!isUnnoticed)
      expect(result.stderr).toContain(`domovoi: A fault was injected ${point} step ${step}`);
    if (isPastPivot) {
      expect(result.stderr).toContain('It is stuck half-way');
      await site.stopDaemon();
    }
    expectEnd(await site.recover(), end);
  });

  function expectEnd({ guest, tree, operations }: Scene, end: 'undone' | 'done'): void {
    const status = end === 'done' ? 'succeeded' : 'failed';
    expect(operations[0]).toMatchObject({ kind: 'destroy', status });
    if (end === 'done') expect(guest).toBeUndefined();
    else expect(tree).toEqual(before.tree);
  }
});
