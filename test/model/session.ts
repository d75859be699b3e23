import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  type DomainInfo,
  type Domid,
  messageOf,
  mibToKib,
  type ReplyLine,
  type Uuid,
  uuid,
} from '../../src/model/index.js';
import { config, DISK, EXAMPLES, finished, type TestHost } from '../daemon/helpers/embedded.js';
import { type Action, describe as inWords, SLOTS } from './actions.js';
import { expectAgreement, quiet } from './agreement.js';
import {
  BEHAVIOURS,
  type Behaviour,
  type ExpectedDomain,
  type ExpectedHost,
  POLICIES,
} from './expected-domain.js';
import { MAX_VCPUS, MEMORY_MIB, predict } from './predict.js';

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

  async destroyAll(): Promise<void> {
    for (;;) {
      await quiet(this.#host);
      const [, ...guests] = await this.#host.hypervisor.domains();
      if (guests.length === 0) return;
      for (const { uuid: domain } of guests) {
        // One that reboots or stops may have gone by itself meanwhile.
        await this.#host.api
          .change('destroy', { domain, requestedBy: 'test' })
          .then(finished)
          .catch((error: unknown) => expect(error).toMatchObject({ code: 'no-such-domain' }));
      }
    }
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
    try {
      const end = await finished(await this.#ask(action));
      return end.status === 'succeeded' ? undefined : JSON.stringify(end.error ?? end.status);
    } catch (thrown) {
      return messageOf(thrown);
    }
  }

  async #ask(action: Action): Promise<AsyncIterable<ReplyLine>> {
    const { api } = this.#host;
    // A domain is known by its UUID, whatever it is called by now.
    const domain = this.#uuids.get(action.slot) ?? action.slot;
    const about = { domain, requestedBy: 'test' };
    switch (action.verb) {
      case 'create':
        return this.#create(action);
      case 'destroy':
      case 'pause':
      case 'unpause':
      case 'suspend':
      case 'resume':
      case 'shutdown':
      case 'reboot':
        return api.change(action.verb, about);
      case 'crash':
        return api.change('sysrq', { ...about, letter: 'c' });
      case 'migrate':
        return api.change('migrate', { ...about, destination: 'localhost' });
      case 'rename':
        return api.change('rename', { ...about, name: action.name });
      case 'mem-set':
        return api.change('mem-set', { ...about, kib: mibToKib(action.mib) });
      case 'vcpu-set':
        return api.change('vcpu-set', { ...about, vcpus: action.vcpus });
      case 'block-attach': {
        const specification = `${DISK},raw,${action.vdev},r`;
        return api.change('block-attach', { ...about, specification, cwd: EXAMPLES });
      }
      case 'block-detach':
        return api.change('block-detach', { ...about, device: action.vdev });
      case 'network-attach':
        return api.change('network-attach', { ...about, specification: '', cwd: EXAMPLES });
      case 'network-detach':
        return api.change('network-detach', { ...about, device: String(action.id) });
    }
  }

  #create({ slot, behaviour, policy, paused }: Extract<Action, { verb: 'create' }>) {
    // Where there is one already, the same UUID stands against it, whatever its name is by now.
    if (this.#expected[slot] === undefined) this.#uuids.set(slot, uuid(randomUUID()));
    const extra = [
      `uuid = "${this.#uuids.get(slot)}"`,
      `memory = ${MEMORY_MIB}`,
      `vcpus = ${MAX_VCPUS}`,
      `extra = "${BEHAVIOURS[behaviour]}"`,
      ...POLICIES[policy],
    ];
    return this.#host.create(config(slot, extra.join('\n')), [], paused);
  }
}

/** What hypervisor and store say of a domain. */
async function describeDomain(
  { store }: TestHost,
  { domid, paused, shutdown }: DomainInfo,
): Promise<Omit<ExpectedDomain, 'behaviour' | 'policy'>> {
  const home = `/local/domain/${domid}`;
  const ids = async (path: string) => (await store.maybeList(path)) ?? [];
  const disks = (await ids(`/libxl/${domid}/device/vbd`)).map((id) =>
    store.readText(`/libxl/${domid}/device/vbd/${id}/dev`),
  );
  const vcpus = (await ids(`${home}/cpu`)).map((cpu) =>
    store.readText(`${home}/cpu/${cpu}/availability`),
  );
  return {
    name: await store.readText(`${home}/name`),
    state: stateOf(paused, shutdown),
    memoryMib: Number(await store.readText(`${home}/memory/target`)) / 1024,
    vcpus: (await Promise.all(vcpus)).filter((availability) => availability === 'online').length,
    disks: (await Promise.all(disks)).sort(),
    vifs: (await ids(`${home}/device/vif`)).map(Number).sort(),
  };
}

function stateOf(paused: boolean, shutdown: DomainInfo['shutdown']): ExpectedDomain['state'] {
  if (shutdown !== undefined) return shutdown === 'suspend' ? 'suspended' : 'stopped';
  return paused ? 'paused' : 'running';
}

function withDomain(
  host: ExpectedHost,
  slot: string,
  domain: ExpectedDomain | undefined,
): ExpectedHost {
  const { [slot]: _, ...others } = host;
  return domain === undefined ? others : { ...others, [slot]: domain };
}
