import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { apiClient } from '../../src/client/api-client.js';
import { DISK } from '../daemon/helpers/embedded.js';
import { storeTest } from '../e2e/helpers/store.js';
import { faultCases, STEPS } from './helpers/plans.js';
import { CONFIG, DOMAIN, Site } from './helpers/site.js';

const BLOCK = [DOMAIN, `${DISK},raw,xvdb,r`];
const NETWORK = [DOMAIN, 'mac=00:16:3e:00:00:02'];

/** Each verb, what has to be there before, and whether the device is there afterwards. */
const VERBS = [
  { verb: 'block-attach', words: BLOCK, there: false },
  { verb: 'block-detach', words: [DOMAIN, 'xvdb'], there: true },
  { verb: 'block-detach --force', words: ['--force', DOMAIN, 'xvdb'], there: true },
  { verb: 'network-attach', words: NETWORK, there: false },
  { verb: 'network-detach', words: [DOMAIN, '00:16:3e:00:00:02'], there: true },
] as const;

describe.each(VERBS)('a $verb', ({ verb, words, there }) => {
  const [command = '', kind = ''] = [verb.split(' ')[0], verb.split('-')[0]];
  // These go the way of the others: only where they differ are they tried.
  const isVariant = kind === 'network' || verb.endsWith('--force');
  const cases = faultCases(STEPS[verb]).filter(
    ({ step }) => !isVariant || ['add-device', 'close-device'].includes(step),
  );
  let site: Site;
  beforeAll(async () => {
    site = await Site.open();
    await site.host.ok('create', CONFIG);
  });
  beforeEach(async () => {
    if (there) await site.host.ok(`${kind}-attach`, ...(kind === 'block' ? BLOCK : NETWORK));
  });
  afterEach(async () => {
    // Whatever became of it, the domain is as it was once the device is gone.
    if (await isThere()) await site.host.ok(`${kind}-detach`, '--force', DOMAIN, device());
    await site.look();
  });
  afterAll(() => site.host.close());

  storeTest('has the steps that are tried here', async () => {
    await site.host.ok(command, ...words);
    const [last] = await operations();
    const tried = STEPS[verb].map(({ name }) => name);
    expect(last?.steps.map(({ step }) => step.name)).toEqual(tried);
  });

  storeTest.for(cases)(
    'whose daemon is killed $point $step is $end',
    async ({ step, point, end }) => {
      const result = await site.runWithFault(`${step}:${point}=kill`, command, ...words);
      expect(result).toMatchObject({ code: 1, stdout: '' });
      await site.host.ok('list');
      const [last] = await operations();
      const status = end === 'done' ? 'succeeded' : 'failed';
      expect(last).toMatchObject({ kind: command, status });
      expect(await isThere()).toBe(end === 'done' ? !there : there);
      expect(await isConfigured()).toBe(await isThere());
      if (await isThere()) expect(await states()).toEqual(['1', '4', '4']);
    },
  );

  const device = (): string => (kind === 'block' ? 'xvdb' : '00:16:3e:00:00:02');
  const api = () => apiClient(site.host.stateDir.daemonSocket);

  async function operations() {
    return (await api().ask('history', { limit: 1 })).operations;
  }

  async function found() {
    const { disks } = await api().ask('block-list', { domain: DOMAIN });
    const { vifs } = await api().ask('network-list', { domain: DOMAIN });
    return kind === 'block'
      ? disks.find(({ vdev }) => vdev === 'xvdb')
      : vifs.find(({ mac }) => mac === '00:16:3e:00:00:02');
  }

  async function isThere(): Promise<boolean> {
    return (await found()) !== undefined;
  }

  /** Whether the domain would have it after a reboot. */
  async function isConfigured(): Promise<boolean> {
    const { domains } = await api().ask('domains', { domain: DOMAIN, long: true });
    const devices = domains[0]?.config?.[kind === 'block' ? 'disks' : 'vifs'];
    return Array.isArray(devices) && devices.length === 2;
  }

  /** Of the device: online, and the states of both halves, once they have met. */
  async function states(): Promise<string[]> {
    const { backendPath, frontendPath } = (await found()) ?? {};
    const read = async (path: string): Promise<string> =>
      (await site.host.exec('xenstore-read', [path])).stdout.trim();
    for (;;) {
      const met = await Promise.all(
        [`${backendPath}/online`, `${backendPath}/state`, `${frontendPath}/state`].map(read),
      );
      if (!met.includes('2') && !met.includes('3')) return met;
    }
  }
});
