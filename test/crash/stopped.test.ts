import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { apiClient } from '../../src/client/api-client.js';
import type { ShutdownAction } from '../../src/config/index.js';
import { EmbeddedHypervisor } from '../../src/hypervisor/embedded/embedded-hypervisor.js';
import type { ListedDomain, OperationRecord } from '../../src/model/index.js';
import { Domovoi } from '../e2e/helpers/domovoi.js';
import { dump, storeTest, withoutNumbers } from '../e2e/helpers/store.js';
import { type FaultCase, faultCases, stoppedSteps } from './helpers/plans.js';
import { CONFIG, DOMAIN, withoutClocks } from './helpers/site.js';

/**
 * The actions whose every step is tried, and of the others the steps that only they have. `alive`:
 * whether the domain runs in the end.
 */
const TRIED: readonly (readonly [ShutdownAction, boolean, (step: string) => boolean])[] = [
  ['destroy', false, () => true],
  ['restart', true, () => true],
  ['soft-reset', true, () => true],
  ['rename-restart', true, (step) => ['hold-name', 'set-aside', 'create-domain'].includes(step)],
  ['coredump-restart', true, (step) => ['dump-core', 'destroy-domain'].includes(step)],
  ['preserve', false, (step) => step === 'preserve'],
];

/** A tree without what may differ: ports and references count on in a domain that is reset. */
function shape(tree: readonly string[], domain: ListedDomain): string[] {
  return withoutClocks(withoutNumbers(tree, domain)).map((line) =>
    line.replace(/(?<=\/(port|event-channel(-[rt]x)?|([rt]x-)?ring-ref) = ")\d+(?=")/, 'NUMBER'),
  );
}

describe.each(TRIED)('a stop with on_crash="%s"', (action, alive, isTried) => {
  let host: Domovoi;
  let idle: string[];
  let dumps = 0;
  const cases = faultCases(stoppedSteps(action)).filter(({ step }) => isTried(step));
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('list');
    idle = await dump(host);
  });
  afterEach(async () => {
    // What a failing test left behind is none of the next one's business.
    await host.ok('list');
    for (const { uuid } of await guests()) await host.ok('destroy', uuid);
  });
  afterAll(() => host.close());

  storeTest.for(cases)('whose daemon is killed $point $step is seen to once', async (each) => {
    const before = await crash(each, 'kill');
    await host.daemonDies();
    await host.ok('list');
    const [last, ...earlier] = await stops(before.uuid);
    expect(last, JSON.stringify(last?.error)).toMatchObject({ status: 'succeeded' });
    // One that was not yet decided is begun again; nothing is done twice.
    expect(earlier.map(({ status }) => status)).toEqual(each.step === 'decide' ? ['failed'] : []);
    await expectDone(before);
  });

  const failing = cases.filter(
    ({ step, point }) => point === 'after' && step !== 'decide' && step !== 'dump-core',
  );
  storeTest.for(failing)('that fails $point $step loses no trace', async (each) => {
    const before = await crash(each, 'fail');
    const isAttempt = stoppedSteps(action).find(({ name }) => name === each.step)?.attempt === true;
    const [last] = await stops(before.uuid);
    expect(last?.status).toBe(isAttempt ? 'failed' : 'stuck');
    await host.ok('daemon', 'stop');
    await host.ok('list');
    if (!isAttempt) return expectDone(before);
    expect(await guests()).toHaveLength(action === 'rename-restart' ? 1 : 0);
    for (const { uuid } of await guests()) await host.ok('destroy', uuid);
    expect(await dump(host)).toEqual(idle);
  });

  /** A domain that has crashed while a daemon with a planned fault looked. */
  async function crash({ step, point }: FaultCase, fault: 'kill' | 'fail') {
    await host.ok('create', CONFIG, `on_crash="${action}"`);
    const [guest] = await guests();
    if (guest === undefined) throw new Error('there is no guest');
    await connected(guest);
    const tree = shape(await dump(host), guest);
    await host.ok('daemon', 'stop');
    const env = { DOMOVOI_FAULT: `${step}:${point}=${fault}` };
    expect(await host.run(['daemon', 'start'], { env })).toMatchObject({ code: 0 });
    const hypervisor = await EmbeddedHypervisor.connect(host.stateDir.hypervisorSocket);
    await hypervisor.shutdownDomain(guest.domid, 'crash');
    hypervisor.close();
    if (fault === 'fail') await stops(guest.uuid);
    return { ...guest, tree };
  }

  /** What was wanted has come about, and nothing else. */
  async function expectDone(before: ListedDomain & { tree: string[] }): Promise<void> {
    const all = await guests();
    const found = all.find(({ uuid }) => uuid === before.uuid);
    const others = all.filter(({ uuid }) => uuid !== before.uuid);
    const made = readdirSync(host.stateDir.dumpDir).length - dumps;
    dumps += made;
    expect(made).toBe(action === 'coredump-restart' ? 1 : 0);
    for (const other of others) {
      expect(action).toBe('rename-restart');
      expect(other).toMatchObject({ domid: before.domid, shutdown: 'crash' });
      await host.ok('destroy', other.uuid);
    }
    expect(others).toHaveLength(action === 'rename-restart' ? 1 : 0);
    if (action === 'destroy') {
      expect(found).toBeUndefined();
    } else if (found !== undefined) {
      expect(found).toMatchObject({ name: DOMAIN, paused: false, dying: false });
      expect(found.shutdown).toBe(alive ? undefined : 'crash');
      expect(found.domid === before.domid).toBe(action === 'soft-reset' || action === 'preserve');
      if (alive) await connected(found);
      expect(shape(await dump(host), found)).toEqual(before.tree);
      await host.ok('destroy', DOMAIN);
    }
    expect(found !== undefined).toBe(action !== 'destroy');
    expect(await dump(host)).toEqual(idle);
  }

  async function guests(): Promise<readonly ListedDomain[]> {
    const { domains } = await apiClient(host.stateDir.daemonSocket).ask('domains');
    return domains.filter(({ domid }) => domid !== 0);
  }

  /** Newest first, once nothing is under way any more. */
  async function stops(uuid: string): Promise<OperationRecord[]> {
    const daemon = apiClient(host.stateDir.daemonSocket);
    for (;;) {
      const { operations } = await daemon.ask('history', { domain: uuid, limit: 100 });
      const found = operations.filter(({ kind }) => kind === 'stopped');
      const [last] = found;
      if (last === undefined || last.endedAt === undefined) continue;
      const { running, queued } = (await daemon.ask('status')).operations;
      const isBegunAgain = last.steps[0]?.status === 'undone' && running + queued === 0;
      if (last.steps[0]?.status !== 'undone' || isBegunAgain) return found;
    }
  }

  /** The guest's own part of the tree is complete, as it was when it was looked at first. */
  async function connected({ domid }: ListedDomain): Promise<void> {
    for (const path of [`device/vbd/51712/state`, `device/vif/0/state`]) {
      const watched = await host.exec('xenstore-exists', [`/local/domain/${domid}/${path}`]);
      if (watched.code !== 0) continue;
      while ((await read(`/local/domain/${domid}/${path}`)) !== '4\n');
    }
  }

  async function read(path: string): Promise<string> {
    return (await host.exec('xenstore-read', [path])).stdout;
  }
});
