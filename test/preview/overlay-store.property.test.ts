import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OverlayStore } from '../../src/preview/overlay-store.js';
import { changesOf } from '../../src/preview/store-changes.js';
import { isXenStoreError } from '../../src/xenstore/errors.js';
import type { Permission } from '../../src/xenstore/permissions.js';
import type { Store } from '../../src/xenstore/store.js';
import type { StoreView } from '../../src/xenstore/view.js';
import { TestMachine } from '../daemon/helpers/embedded.js';
import { dump, lines } from '../layout/dump.js';

const machine = new TestMachine();
beforeAll(() => machine.start());
afterAll(async () => {
  await machine.stop();
  machine.remove();
});

type Request = (view: StoreView) => Promise<unknown>;
/** What is done, and in how many pieces: the requests of one are made without awaiting each other. */
type Act = { readonly requests: readonly Request[]; readonly how: 'alone' | 'commit' | 'abandon' };

const ROOT = '/preview';
const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
  .map((names) => `${ROOT}/${names.join('/')}`);
const permissions = fc.array(
  fc.record({ access: fc.constantFrom('n', 'r', 'w', 'b'), domid: fc.constant(0) }),
  { minLength: 1, maxLength: 2 },
) as fc.Arbitrary<Permission[]>;
const request: fc.Arbitrary<Request> = fc.oneof(
  fc.tuple(path, fc.string({ maxLength: 3 })).map(
    ([at, value]): Request =>
      (view) =>
        view.write(at, value),
  ),
  path.map(
    (at): Request =>
      (view) =>
        view.mkdir(at),
  ),
  path.map(
    (at): Request =>
      (view) =>
        view.remove(at),
  ),
  fc.tuple(path, permissions).map(
    ([at, wanted]): Request =>
      (view) =>
        view.setPermissions(at, wanted),
  ),
  path.map(
    (at): Request =>
      (view) =>
        view.maybeRead(at),
  ),
  path.map(
    (at): Request =>
      (view) =>
        view.exists(at),
  ),
  path.map(
    (at): Request =>
      (view) =>
        view.maybeList(at).then((names) => names?.sort()),
  ),
  path.map(
    (at): Request =>
      (view) =>
        view.getPermissions(at),
  ),
);
const act: fc.Arbitrary<Act> = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 6 }),
  how: fc.constantFrom('alone', 'commit', 'abandon'),
});

async function play(store: Store, { requests, how }: Act): Promise<unknown> {
  const answers = (view: StoreView) =>
    Promise.all(requests.map((request) => request(view).catch(codeOf)));
  if (how === 'alone') return answers(store);
  let seen: unknown;
  const run = store.transaction(async (tx) => {
    seen = await answers(tx);
    if (how === 'abandon') throw new Error('given up');
  });
  await run.catch(() => undefined);
  return seen;
}

function codeOf(error: unknown): string {
  if (isXenStoreError(error)) return error.code;
  throw error;
}

test('answers as the store itself would, and leaves that alone', async () => {
  const { store } = machine;
  const acts = fc.array(act, { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(acts, acts, async (before, tried) => {
      await store.write(ROOT, '');
      for (const each of before) await play(store, each);
      const real = await dump(store);
      const overlay = new OverlayStore(store);
      const foreseen = [];
      for (const each of tried) foreseen.push(await play(overlay, each));
      const forecast = await dump(overlay);
      const changes = await changesOf(store, overlay);
      expect(lines(await dump(store))).toEqual(lines(real));

      const seen = [];
      for (const each of tried) seen.push(await play(store, each));
      const after = await dump(store);
      expect(foreseen).toEqual(seen);
      expect(lines(forecast)).toEqual(lines(after));
      const differing = new Set([...real.keys(), ...after.keys()]);
      for (const at of differing) if (real.get(at) === after.get(at)) differing.delete(at);
      expect(changes.map((change) => change.path)).toEqual([...differing].sort());
      await store.remove(ROOT);
    }),
    { numRuns: 60 },
  );
});

test('what is not there will not come: nobody waits', async () => {
  const overlay = new OverlayStore(machine.store);
  await overlay.write('/preview-state', '5');
  const wait = (wanted: string): Promise<string> =>
    overlay.waitFor('/preview-state', (value) => (value === wanted ? value : undefined), {
      timeoutMs: 60_000,
    });
  await expect(wait('5')).resolves.toBe('5');
  await expect(wait('6')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  const events: string[] = [];
  for await (const event of await overlay.watch('/preview-state')) events.push(event.path);
  expect(events).toEqual(['/preview-state']);
});
