import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { home, newGuest } from './cases/helpers.js';
import type { RawClient } from './raw-client.js';
import { buildShim, whyNotHere } from './real/real-daemon.js';
import type { StoreUnderTest } from './store-under-test.js';
import { openCore } from './stores/core.js';
import { openReal } from './stores/real.js';

type Kind = 'read' | 'list' | 'get' | 'mkdir' | 'rm' | 'write' | 'set';
interface Request {
  readonly kind: Kind;
  readonly path: string;
  readonly value: string;
  readonly entries: readonly string[];
}
/** One at a time: what transactions do to each other is where ours and C differ on purpose. */
type Step = { readonly who: number } & (
  | { readonly does: 'request'; readonly request: Request }
  | { readonly does: 'transaction'; readonly requests: readonly Request[]; verdict: 'T' | 'F' }
  | { readonly does: 'watch' | 'unwatch'; readonly path: string; readonly token: string }
  | { readonly does: 'rebirth' | 'introduce' | 'shutdown' | 'resume' }
);

const guests = [5, 6];
const paths = ['/', '/a', '/a/b', '/a/b/c', '/a/d', '/b', 'x', 'x/y', `${home(5)}`, `${home(6)}/x`];
const entries = ['n', 'r', 'w', 'b'].flatMap((letter) => [0, 5, 6].map((domid) => letter + domid));

const path = fc.constantFrom(...paths);
const kind = fc.constantFrom<Kind>(
  'read',
  'list',
  'get',
  'mkdir',
  'rm',
  'write',
  'write',
  'set',
  'set',
);
const request: fc.Arbitrary<Request> = fc.record({
  kind,
  path,
  value: fc.constantFrom('', '1', '2', 'v'.repeat(2015), 'v'.repeat(2016)),
  entries: fc.array(fc.constantFrom(...entries), { minLength: 1, maxLength: 6 }),
});
const who = fc.constantFrom(0, ...guests);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ does: fc.constant('request' as const), who, request }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('transaction' as const),
      who,
      requests: fc.array(request, { maxLength: 6 }),
      verdict: fc.constantFrom('T' as const, 'T' as const, 'F' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constantFrom('watch' as const, 'watch' as const, 'unwatch' as const),
      who,
      path: fc.constantFrom(...paths, '@introduceDomain', '@releaseDomain'),
      token: fc.constantFrom('t', 'u'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constantFrom('rebirth', 'introduce', 'shutdown', 'resume'),
      who: fc.constantFrom(...guests),
    }),
  },
);

/** Does a program; what every client was told after each step, in words. */
async function runOn(store: StoreUnderTest, program: readonly Step[]): Promise<string[]> {
  const dom0 = await store.connect();
  const clients = new Map([[0, dom0]]);
  for (const domid of guests) clients.set(domid, await newGuest(store, dom0, domid));
  const told: string[] = [];
  for (const taken of program) {
    const { who, does } = taken;
    const client = clients.get(who) ?? dom0;
    const answers: string[] = [];
    switch (does) {
      case 'request':
        answers.push(await ask(client, taken.request));
        break;
      case 'transaction': {
        const tx = await client.start();
        for (const one of taken.requests) {
          answers.push(await ask(client, one, tx));
          // Beyond a quota ours refuses everything, C goes on in vain: neither can be committed.
          if (answers.at(-1) === 'ENOSPC') break;
        }
        answers.push(await client.end(tx, taken.verdict));
        break;
      }
      case 'watch':
        answers.push(await client.watch(taken.path, taken.token));
        break;
      case 'unwatch':
        answers.push(await client.unwatch(taken.path, taken.token));
        break;
      case 'rebirth':
        answers.push(await dom0.ask(9, `${who}\0`));
        await client.closed();
        clients.set(who, await newGuest(store, dom0, who));
        break;
      case 'introduce':
        answers.push(await dom0.introduce(who));
        await client.closed();
        clients.set(who, await store.guest(who));
        break;
      case 'shutdown':
        store.setDomainState(who, 'shutdown');
        await store.domainsChanged();
        break;
      case 'resume':
        store.setDomainState(who, 'running');
        answers.push(await dom0.ask(18, `${who}\0`));
        break;
    }
    for (const [domid, each] of clients) {
      const events = await each.events();
      // Nor has C made all of its changes when it asks who of the guests may hear of one.
      if (does === 'transaction' && domid !== 0) continue;
      // A commit tells in another order than C, which is asked of it elsewhere.
      if (does === 'transaction') events.sort();
      if (events.length > 0) answers.push(`${domid} hears ${events.join(', ')}`);
    }
    told.push(`${inWords(taken)} -> ${answers.map(shortly).join(' | ')}`);
  }
  for (const each of clients.values()) each.transport.destroy();
  return told;
}

function inWords(step: Step): string {
  const words = Object.entries(step).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return shortly(words.join(', '));
}

function shortly(text: string): string {
  return text.replace(/v{9,}/g, (run) => `v*${run.length}`);
}

function ask(client: RawClient, { kind, path, value, entries }: Request, tx = 0): Promise<string> {
  // xenstored does not survive the end of a domain that owns the root.
  const given = path === '/' ? ['n0', ...entries.slice(1)] : entries;
  switch (kind) {
    case 'read':
      return client.read(path, tx);
    case 'list':
      return client.list(path, tx);
    case 'get':
      return client.getPermissions(path, tx);
    case 'mkdir':
      return client.mkdir(path, tx);
    case 'rm':
      return client.rm(path, tx);
    case 'write':
      return client.write(path, value, tx);
    case 'set':
      return client.ask(14, [path, ...given].map((text) => `${text}\0`).join(''), tx);
  }
}

const why = whyNotHere('xenstored');
if (why !== undefined) console.warn(`skipped: random programs on Xen's xenstored: ${why}`);

describe.skipIf(why !== undefined)('random programs of domain 0 and two guests', () => {
  let shim: Awaited<ReturnType<typeof buildShim>>;
  beforeAll(async () => {
    shim = await buildShim();
  });
  afterAll(() => shim.remove());

  test('are answered, and heard of, with us as with xenstored', async () => {
    const program = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' });
    await fc.assert(
      fc.asyncProperty(program, async (steps) => {
        const ours = openCore();
        const real = await openReal('xenstored', shim.path);
        try {
          const [said, expected] = [await runOn(ours, steps), await runOn(real, steps)];
          const first = expected.findIndex((line, index) => said[index] !== line);
          // What came before explains the difference, what comes after does not.
          expect(said.slice(0, first + 1)).toEqual(expected.slice(0, first + 1));
        } finally {
          await Promise.all([ours.close(), real.close()]);
        }
      }),
      // Always the same programs: what a run finds, the next one finds.
      { numRuns: 200, seed: 417 },
    );
  });
});
