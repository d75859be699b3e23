import { afterAll, beforeAll, describe, expect } from 'vitest';
import { storeTest } from '../e2e/helpers/store.js';
import { faultCases, STEPS } from './helpers/plans.js';
import { CONFIG, DOMAIN, type Scene, Site } from './helpers/site.js';

const CASES = faultCases(STEPS.create);

describe('a create', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
  });
  afterAll(() => site.host.close());

  storeTest('has the steps that are tried here', async () => {
    await site.host.ok('create', CONFIG);
    const { operations } = await site.look();
    expect(operations[0]?.steps.map(({ step }) => step.name)).toEqual(
      STEPS.create.map(({ name }) => name),
    );
    await site.host.ok('destroy', DOMAIN);
  });

  storeTest.for(CASES)('whose daemon is killed $point $step is $end', async (each) => {
    const { step, point, end } = each;
    const result = await site.runWithFault(`${step}:${point}=kill`, 'create', CONFIG);
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toContain('domovoi: the toolstack daemon is gone');
    await expectEnd(await site.recover(), end);
  });

  storeTest.for(CASES)('that fails $point $step is $end', async ({ step, point, end }) => {
    const result = await site.runWithFault(`${step}:${point}=fail`, 'create', CONFIG);
    expect(result).toMatchObject({ code: end === 'done' ? 0 : 3, stdout: '' });
    if (end === 'undone')
      expect(result.stderr).toContain(`domovoi: A fault was injected ${point} step ${step}`);
    await expectEnd(await site.look(), end);
  });

  storeTest.for(faultCases(STEPS['create --paused'].slice(-1)))(
    'that leaves the domain paused, killed $point $step, is $end',
    async ({ step, point }) => {
      const result = await site.runWithFault(`${step}:${point}=kill`, 'create', '-p', CONFIG);
      expect(result).toMatchObject({ code: 3, stdout: '' });
      await expectEnd(await site.recover(), 'undone');
    },
  );

  async function expectEnd({ guest, operations }: Scene, end: 'undone' | 'done'): Promise<void> {
    expect(operations[0]).toMatchObject({
      kind: 'create',
      status: end === 'done' ? 'succeeded' : 'failed',
    });
    expect(guest?.uuid).toBe(end === 'done' ? operations[0]?.uuid : undefined);
    if (guest !== undefined) await site.host.ok('destroy', DOMAIN);
  }
});
