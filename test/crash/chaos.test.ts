import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf, type OperationRecord, type Uuid, uuid } from '../../src/model/index.js';
import { finished } from '../daemon/helpers/embedded.js';
import { type Action, actions, describe as inWords, SLOTS } from '../model/actions.js';
import { expectAgreement, quiet } from '../model/agreement.js';
import { describeDomain } from '../model/describe-domain.js';
import { destroyAll } from '../model/destroy-all.js';
import type { ExpectedDomain, ExpectedHost } from '../model/expected-domain.js';
import { predict } from '../model/predict.js';
import { request } from '../model/requests.js';
import { type Calamity, calamities } from './helpers/calamity.js';
import {
  type FurtherAction,
  furtherActions,
  isFurther,
  requestFurther,
} from './helpers/further-actions.js';
import { StrickenHost } from './helpers/stricken-host.js';

const SEED = Number(process.env.DOMOVOI_TEST_SEED ?? 20260101);
const ROUNDS = Number(process.env.DOMOVOI_CHAOS_ROUNDS ?? 12);
/** After so many rounds all is destroyed, and the host has to be as it was. */
const PROGRAM = 10;
const SETTLING_MS = 30_000;
const ROUND_MS = 90_000;

type Creation = Extract<Action, { verb: 'create' }>;
type AnyAction = Action | FurtherAction;

interface Round {
  readonly first: AnyAction;
  /** Done at the same time. */
  readonly second: AnyAction | undefined;
  readonly calamity: Calamity;
  /** What the domain is to be like if it has to be made first, in peace. */
  readonly made: Creation;
}

const anyAction: fc.Arbitrary<AnyAction> = fc.oneof(
  { weight: 4, arbitrary: actions },
  { weight: 1, arbitrary: furtherActions },
);
const rounds: fc.Arbitrary<Round> = fc.noBias(
  fc.record({
    first: anyAction,
    second: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: anyAction },
    ),
    calamity: calamities,
    made: actions.filter((action): action is Creation => action.verb === 'create'),
  }),
);

describe(`whatever comes over a host (DOMOVOI_TEST_SEED=${SEED}, DOMOVOI_CHAOS_ROUNDS=${ROUNDS})`, () => {
  let host: StrickenHost;
  const uuids = new Map<string, Uuid>(SLOTS.map((slot) => [slot, uuid(randomUUID())]));
  const usualMs = new Map<string, number>();
  let domains: ExpectedHost = {};
  beforeAll(async () => {
    host = await StrickenHost.start();
  });
  afterAll(() => host.close());

  test(
    'any command sets it right',
    async () => {
      const before = await host.traces();
      const program = fc.sample(rounds, { seed: SEED, numRuns: ROUNDS });
      const story: string[] = [];
      for (const [index, round] of program.entries()) {
        story.push(`${index}: ${tell(round)}`);
        if (process.env.DOMOVOI_CHAOS_TELL) process.stderr.write(`${story.at(-1)}\n`);
        await perform(round, story);
        if ((index + 1) % PROGRAM !== 0 && index + 1 !== ROUNDS) continue;
        await destroyAll(host);
        await expectSoon(async () => expect(await host.traces()).toEqual(before), story);
        domains = {};
        story.length = 0;
      }
    },
    ROUNDS * ROUND_MS,
  );

  async function perform(round: Round, story: string[]): Promise<void> {
    await makeFirst(round, story);
    const { first, second, calamity } = round;
    const known = await operations();
    const before = domains;
    const startedAt = Date.now();
    const both = second === undefined ? [first] : [first, second];
    for (const { verb, slot } of both)
      if (verb === 'create' && domains[slot] === undefined) uuids.set(slot, uuid(randomUUID()));
    const attempts = Promise.all(both.map(attempt));
    const workMs = usualMs.get(first.verb) ?? 300;
    await host.suffer(calamity, workMs);
    const [told] = await attempts;
    if (calamity.what === 'nothing') usualMs.set(first.verb, Date.now() - startedAt);
    story.push(`  ${told}`);
    await host.recover(story.join('\n'));
    await expectSoon(async () => {
      await quiet(host);
      await expectAgreement(host);
      domains = await look(both);
      const isNew = ({ id }: OperationRecord) => !known.some((each) => each.id === id);
      const own = (await operations()).filter(
        (each) => isNew(each) && each.kind === kindOf(first) && isAbout(each, first),
      );
      if (told === 'succeeded') expect(own.map(({ status }) => status)).toContain(told);
      if (second === undefined && !losesDomains(calamity))
        expectAsJournalled(before, first, own[0]);
    }, story);
  }

  /** To a domain that is not there nothing much can happen. */
  async function makeFirst({ first: { slot, verb }, made }: Round, story: string[]): Promise<void> {
    if (verb === 'create' || domains[slot] !== undefined) return;
    const creation = { ...made, slot };
    uuids.set(slot, uuid(randomUUID()));
    story.push(`  ${tellAction(creation)}: ${await attempt(creation)}`);
    await expectSoon(async () => {
      await quiet(host);
      domains = await look([creation]);
    }, story);
  }

  async function attempt(action: AnyAction): Promise<string> {
    try {
      const ask = isFurther(action)
        ? requestFurther(host.api, action, uuidOf(action.slot))
        : request(host.api, action, uuidOf(action.slot));
      const end = await finished(await ask);
      return end.status === 'succeeded' ? end.status : `${end.status}: ${end.error?.message}`;
    } catch (thrown) {
      return messageOf(thrown);
    }
  }

  /** What the journal says of an action has become of the domain, and nothing else. */
  function expectAsJournalled(
    before: ExpectedHost,
    action: AnyAction,
    own?: OperationRecord,
  ): void {
    const was = before[action.slot];
    if (was !== undefined && was.behaviour !== 'good') return;
    // A guest crashes in its own time, and that it was asked to is known from the journal alone.
    if (action.verb === 'crash') return;
    if (isFurther(action)) {
      expect(domains[action.slot], action.slot).toEqual(was);
      return;
    }
    const { outcome, domain } = predict(before, action);
    if (own?.status === 'succeeded') {
      expect(outcome).not.toBe('fails');
      if (outcome === 'succeeds' && isSteady(domain))
        expect(domains[action.slot], action.slot).toEqual(domain);
    } else {
      expect(domains[action.slot], action.slot).toEqual(was);
    }
  }

  async function look(done: readonly AnyAction[]): Promise<ExpectedHost> {
    const found: Record<string, ExpectedDomain> = {};
    const infos = await host.hypervisor.domains();
    for (const slot of SLOTS) {
      const [info, ...others] = infos.filter(({ uuid: each }) => each === uuids.get(slot));
      expect(others).toEqual([]);
      if (info === undefined) continue;
      const made = done.find(
        (each): each is Creation => each.verb === 'create' && each.slot === slot,
      );
      const { behaviour, policy } = domains[slot] ?? made ?? UNKNOWN;
      // A crash that was asked for may come whenever the guest runs again.
      const mayCrash = done.some((each) => each.verb === 'crash' && each.slot === slot);
      found[slot] = {
        ...(await describeDomain(host, info)),
        behaviour: mayCrash ? 'crashing' : behaviour,
        policy,
      };
    }
    return found;
  }

  /** A repair is nobody's. */
  function isAbout(operation: OperationRecord, { verb, slot }: AnyAction): boolean {
    return verb === 'repair' || operation.uuid === uuids.get(slot);
  }

  function uuidOf(slot: string): Uuid {
    const own = uuids.get(slot);
    if (own === undefined) throw new Error(`there is no slot ${slot}`);
    return own;
  }

  async function operations(): Promise<readonly OperationRecord[]> {
    return (await host.api.ask('history', { limit: 100_000 })).operations;
  }
});

const UNKNOWN = { behaviour: 'crashing', policy: 'default' } as const;

function isSteady(domain: ExpectedDomain | undefined): boolean {
  return domain === undefined || domain.behaviour === 'good';
}

function losesDomains({ what }: Calamity): boolean {
  return what === 'machine dies' || what === 'both die';
}

function kindOf({ verb }: AnyAction): string {
  return verb === 'crash' ? 'sysrq' : verb;
}

/** What guests do by themselves may be under way whenever one looks: only what stays wrong is wrong. */
async function expectSoon(check: () => Promise<void>, story: readonly string[]): Promise<void> {
  const limit = Date.now() + SETTLING_MS;
  for (;;) {
    try {
      return await check();
    } catch (cause) {
      if (Date.now() > limit)
        throw new Error(`${story.join('\n')}\nleads to ${messageOf(cause)}`, { cause });
      await delay(50);
    }
  }
}

function tell({ first, second, calamity }: Round): string {
  const what = second === undefined ? [first] : [first, second];
  return `${what.map(tellAction).join(' + ')}; ${JSON.stringify(calamity)}`;
}

function tellAction(action: AnyAction): string {
  return isFurther(action) ? `${action.verb} ${action.slot}` : inWords(action);
}
