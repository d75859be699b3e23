import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestHost } from '../daemon/helpers/embedded.js';
import { actions } from './actions.js';
import { Session } from './session.js';

/** How many random programs are run, and how long each may be. */
const RUNS = Number(process.env.DOMOVOI_MODEL_RUNS ?? 25);
const LENGTH = 14;

let host: TestHost;
beforeAll(async () => {
  host = await TestHost.start({
    DOMOVOI_SUSPEND_TIMEOUT_MS: '300',
    DOMOVOI_BACKEND_TIMEOUT_MS: '2000',
  });
});
afterAll(async () => {
  await host.close();
});

test('whatever is done to domains, and whatever they do, all tell the same of them', async () => {
  const before = await host.traces();
  await fc.assert(
    fc.asyncProperty(fc.array(actions, { minLength: 4, maxLength: LENGTH }), async (program) => {
      const session = new Session(host);
      try {
        for (const action of program) await session.perform(action);
      } finally {
        await session.destroyAll();
      }
      expect(await host.traces()).toEqual(before);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
