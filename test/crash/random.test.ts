import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { storeTest } from '../e2e/helpers/store.js';
import { CONFIG, DOMAIN, type Scene, Site } from './helpers/site.js';

const SEED = Number(process.env.DOMOVOI_TEST_SEED ?? 20260101);
const ROUNDS = 25;
/** Longer than any of the commands takes. */
const LONGEST_MS = 500;

describe(`with a daemon that is killed at random moments (DOMOVOI_TEST_SEED=${SEED})`, () => {
  let site: Site;
  let scene: Scene;
  const random = generator(SEED);
  beforeAll(async () => {
    site = await Site.open();
    scene = await site.look();
  });
  afterAll(() => site.host.close());

  storeTest(`${ROUNDS} commands leave a sound host, each`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const before = scene;
      const command = nextCommand(before.guest !== undefined);
      const killAfterMs = random() * LONGEST_MS;
      const [{ code, stderr }] = await Promise.all([
        site.host.run(command),
        delay(killAfterMs).then(() => site.host.killDaemon()),
      ]);
      scene = await site.recover();
      const about = `round ${round}: ${command[0]}, killed after ${killAfterMs} ms: ${stderr}`;
      const [last] = scene.operations;
      const isNew = last?.id !== before.operations[0]?.id;
      if (code === 0)
        expect({ isNew, ...last }, about).toMatchObject({ isNew: true, status: 'succeeded' });
      if (!isNew) expect(scene.tree, about).toEqual(before.tree);
      else if (last?.status === 'failed') expect(scene.tree, about).toEqual(before.tree);
      else expect(effectOf(before, scene), about).toBe(last?.kind);
    }
  });

  function nextCommand(isThere: boolean): string[] {
    if (!isThere) return ['create', CONFIG];
    return random() < 0.6 ? ['migrate', DOMAIN, 'localhost'] : ['destroy', DOMAIN];
  }
});

function effectOf({ guest: before }: Scene, { guest: after }: Scene): string {
  if (before === undefined) return after === undefined ? 'none' : 'create';
  if (after === undefined) return 'destroy';
  return after.uuid === before.uuid && after.domid !== before.domid ? 'migrate' : 'none';
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
