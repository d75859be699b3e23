import { afterEach, expect, test } from 'vitest';
import { changed, refused, seen } from './helpers/changes.js';
import { config, TestHost } from './helpers/embedded.js';

let host: TestHost;
afterEach(() => host.close());

async function withDevices(extra = ''): Promise<void> {
  const { newDomid } = await host.created(config('web', extra));
  for (const device of ['vbd/51712', 'vif/0']) {
    const state = `/local/domain/${String(newDomid)}/device/${device}/state`;
    await host.until(state, (value) => value === '4');
  }
}

test('a guest is suspended and resumed, and goes on as if nothing had been', async () => {
  host = await TestHost.start();
  await withDevices();
  const before = await host.traces();
  for (let time = 0; time < 3; time += 1) {
    await changed(host, 'suspend', { domain: 'web' });
    expect(await seen(host, 'web')).toMatchObject({ shutdown: 'suspend', paused: false });
    await changed(host, 'resume', { domain: 'web' });
    expect(await seen(host, 'web')).not.toHaveProperty('shutdown');
    expect((await host.traces()).tree).toEqual(before.tree);
  }
  await host.migrated('web');
  const { events } = await host.api.ask('history', { domain: 'web' });
  const kinds = events.map(({ kind }) => kind).filter((kind) => /suspend|resume/.test(kind));
  expect(kinds.reverse().slice(0, 6)).toEqual(Array(3).fill(['suspended', 'resumed']).flat());
});

test('a guest that was paused while it was suspended stays so until it is unpaused', async () => {
  host = await TestHost.start();
  await withDevices();
  await changed(host, 'suspend', { domain: 'web' });
  await changed(host, 'pause', { domain: 'web' });
  await changed(host, 'resume', { domain: 'web' });
  expect(await seen(host, 'web')).toMatchObject({ paused: true });
  await changed(host, 'unpause', { domain: 'web' });
  await changed(host, 'suspend', { domain: 'web' });
});

test('what does not stand to be suspended or resumed is told so', async () => {
  host = await TestHost.start();
  await withDevices();
  expect(await refused(host, 'resume', { domain: 'web' })).toMatchObject({
    code: 'EINVAL',
    message: 'web cannot be resumed: it is not suspended',
  });
  await changed(host, 'pause', { domain: 'web' });
  expect(await refused(host, 'resume', { domain: 'web' })).toMatchObject({
    suggestions: ['It is paused: "domovoi unpause web" lets it run.'],
  });
  expect(await refused(host, 'suspend', { domain: 'web' })).toMatchObject({
    message: 'web cannot be suspended: it is paused',
  });
  await changed(host, 'unpause', { domain: 'web' });
  await changed(host, 'suspend', { domain: 'web' });
  expect(await refused(host, 'suspend', { domain: 'web' })).toMatchObject({
    message: 'web cannot be suspended: it is suspended',
    suggestions: ['"domovoi resume web" wakes it.'],
  });
});

test.each([
  ['ignore', 'the guest did not acknowledge the request to suspend within 100 ms'],
  ['hang', 'the guest acknowledged the request to suspend and did not within 100 ms'],
])('a guest that would not (%s) runs on, as before', async (way, message) => {
  host = await TestHost.start({ DOMOVOI_SUSPEND_TIMEOUT_MS: '100' });
  await withDevices(`extra = "${way}=suspend"`);
  const before = await host.traces();
  expect(await refused(host, 'suspend', { domain: 'web' })).toMatchObject({
    code: 'ETIMEDOUT',
    message,
  });
  expect(await host.traces()).toEqual(before);
});
