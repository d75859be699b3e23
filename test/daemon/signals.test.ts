import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Domid, domid, type Uuid } from '../../src/model/index.js';
import { changed, refused } from './helpers/changes.js';
import { config, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.close());

const KEPT = 'on_poweroff = "preserve"\non_reboot = "preserve"\non_crash = "preserve"\nvcpus = 2';

async function domain(): Promise<{ domid: Domid; uuid: Uuid }> {
  const { newDomid, uuid } = await host.created(config('web', KEPT));
  await host.until(`/local/domain/${String(newDomid)}/device/vbd/51712/state`, (at) => at === '4');
  return { domid: domid(Number(newDomid)), uuid: String(uuid) as Uuid };
}

test.each([
  ['power', 'poweroff'],
  ['reset', 'reboot'],
] as const)('the trigger %s ends in a %s', async (trigger, reason) => {
  const query = await domain();
  await changed(host, 'trigger', { domain: 'web', trigger, vcpu: 0 });
  expect(await host.api.ask('fate', query)).toEqual({ state: 'shutdown', reason });
});

test('a trigger for a vcpu that is not there is refused', async () => {
  await domain();
  expect(await refused(host, 'trigger', { domain: 'web', trigger: 'nmi', vcpu: 2 })).toMatchObject({
    code: 'EINVAL',
    message: 'there is no vcpu 2: the domain has 0 to 1',
  });
});

test('a system request is taken by the guest, and acted upon', async () => {
  const query = await domain();
  const path = `/local/domain/${query.domid}/control/sysrq`;
  await changed(host, 'sysrq', { domain: 'web', letter: 's' });
  await host.until(path, (value) => value === '');
  await changed(host, 'sysrq', { domain: 'web', letter: 'c' });
  expect(await host.api.ask('fate', query)).toEqual({ state: 'shutdown', reason: 'crash' });
});

test.each(['', 'ab', '\n', 'é'])('%j is no system request', async (letter) => {
  await domain();
  expect(await refused(host, 'sysrq', { domain: 'web', letter })).toMatchObject({ code: 'EINVAL' });
});
