import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Domid, messageOf, type Uuid, uuid } from '../../src/model/index.js';
import { finished, type TestHost } from '../daemon/helpers/embedded.js';
import { type Action, describe as inWords, SLOTS } from './actions.js';
import { expectAgreement, quiet } from './agreement.js';
import { describeDomain } from './describe-domain.js';
import { destroyAll } from './destroy-all.js';
import type { Behaviour, ExpectedDomain, ExpectedHost } from './expected-domain.js';
import { predict } from './predict.js';
import { request } from './requests.js';

/** How long guests may take to do what was asked of them, and the toolstack to answer to it. */
const SETTLING_MS = 20_000;

/** Does one action after the other to a host, and checks each against the model. */
export class Session {
  readonly #host: TestHost;
  readonly #done: string[] = [];
  readonly #uuids = new Map<string, Uuid>(SLOTS.map((slot) => [slot, uuid(randomUUID())]));
  #expected: ExpectedHost = {};
  /** The slot of which the model cannot say what has become of its domain. */
  #unknown: string | undefined;
  /** The domid that the domain of the last action is to have left. */
  #left: Domid | undefined;

  constructor(on: TestHost) {
    this.#host = on;
  }

  async perform(action: Action): Promise<void> {
    this.#done.push(inWords(action));
    const { outcome, domain, moves = false } = predict(this.#expected, action);
    const before = await this.#domidOf(action.slot);
    const problem = await this.#tryTo(action);
    const story = `${this.#done.join('\n')}\n${problem ?? 'succeeded'}`;
    if (outcome !== 'any')
      expect(problem === undefined ? 'succeeds' : 'fails', story).toBe(outcome);
    if (problem === undefined || outcome !== 'any')
      this.#expected = withDomain(this.#expected, action.slot, domain);
    this.#unknown = outcome === 'any' ? action.slot : undefined;
    this.#left = moves ? before : undefined;
    await this.#settle(story);
  }

  destroyAll(): Promise<void> {
    return destroyAll(this.#host);
  }

  /**
   * Waits until the host is as the model has it, or as its guests have made it. What guests do by
   * themselves may be under way whenever one looks, so only what stays wrong is wrong.
   */
  async #settle(story: string): Promise<void> {
    const limit = Date.now() + SETTLING_MS;
    for (;;) {
      try {
        await quiet(this.#host);
        await expectAgreement(this.#host);
        for (const slot of SLOTS) await this.#check(slot);
        for (const slot of SLOTS) await this.#expectMoved(slot);
        return;
      } catch (cause) {
        if (Date.now() > limit)
          throw new Error(`${story}\nleads to ${messageOf(cause)}`, { cause });
        await delay(20);
      }
    }
  }

  /** The domain of a slot is as expected; one whose guest does as it likes is looked up. */
  async #check(slot: string): Promise<void> {
    const expected = this.#expected[slot];
    const behaviour = expected?.behaviour ?? 'good';
    const seen = await this.#look(slot, behaviour);
    if (slot === this.#unknown || behaviour !== 'good') {
      this.#expected = withDomain(this.#expected, slot, seen);
    } else {
      expect(seen, slot).toEqual(expected);
    }
  }

  /** A domain that was to be restarted is so only under another domid. */
  async #expectMoved(slot: string): Promise<void> {
    if (this.#left !== undefined) expect(await this.#domidOf(slot)).not.toBe(this.#left);
  }

  async #domidOf(slot: string): Promise<Domid | undefined> {
    const own = this.#uuids.get(slot);
    return (await this.#host.hypervisor.domains()).find(({ uuid }) => uuid === own)?.domid;
  }

  async #look(slot: string, behaviour: Behaviour): Promise<ExpectedDomain | undefined> {
    const own = this.#uuids.get(slot);
    const found = (await this.#host.hypervisor.domains()).filter(({ uuid }) => uuid === own);
    expect(found.length, `${slot} is there once at most`).toBeLessThan(2);
    const [info] = found;
    if (info === undefined) return undefined;
    const policy = this.#expected[slot]?.policy ?? 'default';
    return { ...(await describeDomain(this.#host, info)), behaviour, policy };
  }

  /** @returns why it failed; undefined when it succeeded */
  async #tryTo(action: Action): Promise<string | undefined> {
    const isThere = this.#expected[action.slot] !== undefined;
    // Where there is one already, the same UUID stands against it, whatever its name is by now.
    if (action.verb === 'create' && !isThere) this.#uuids.set(action.slot, uuid(randomUUID()));
    const domain = this.#uuids.get(action.slot);
    if (domain === undefined) throw new Error(`there is no slot ${action.slot}`);
    try {
      const end = await finished(await request(this.#host.api, action, domain));
      return end.status === 'succeeded' ? undefined : JSON.stringify(end.error ?? end.status);
    } catch (thrown) {
      return messageOf(thrown);
    }
  }
}

function withDomain(
  host: ExpectedHost,
  slot: string,
  domain: ExpectedDomain | undefined,
): ExpectedHost {
  const { [slot]: _, ...others } = host;
  return domain === undefined ? others : { ...others, [slot]: domain };
}
