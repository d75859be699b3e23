import { afterEach, beforeEach, expect, test } from 'vitest';
import { changed, refused, seen } from './helpers/changes.js';
import { config, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.close());

test('a domain is paused and unpaused, again and again, and the store is as before', async () => {
  await host.created(config('web'));
  const before = await host.traces();
  for (let time = 0; time < 2; time += 1) {
    await changed(host, 'pause', { domain: 'web' });
    await changed(host, 'pause', { domain: 'web' });
    expect(await seen(host, 'web')).toMatchObject({ paused: true, running: false });
    await changed(host, 'unpause', { domain: 'web' });
    await changed(host, 'unpause', { domain: 'web' });
    expect(await seen(host, 'web')).toMatchObject({ paused: false });
  }
  expect((await host.traces()).tree).toEqual(before.tree);
  const { events } = await host.api.ask('history', { domain: 'web', limit: 4 });
  expect(events.map(({ kind }) => kind)).toEqual(['unpaused', 'unpaused', 'paused', 'paused']);
});

test('a domain that was created paused runs once it is unpaused', async () => {
  const { newDomid } = await host.created(config('web'), [], true);
  await changed(host, 'unpause', { domain: 'web' });
  await host.until(`/local/domain/${newDomid}/device/vbd/51712/state`, (state) => state === '4');
});

test('unpausing one that something else stops says what does', async () => {
  await host.created(config('web'));
  await changed(host, 'suspend', { domain: 'web' });
  expect(await changed(host, 'unpause', { domain: 'web' })).toMatchObject({
    notice: 'web does not run: it is suspended. "domovoi resume web" wakes it.',
  });
  expect(await seen(host, 'web')).toMatchObject({ shutdown: 'suspend' });
});

test.each(['pause', 'unpause'] as const)(
  'a %s of domain 0, or of nobody, is refused',
  async (verb) => {
    expect(await refused(host, verb, { domain: '0' })).toMatchObject({
      code: 'EINVAL',
      message: `domain 0 cannot be ${verb}d: it is the host's own`,
    });
    expect(await refused(host, verb, { domain: 'nope' })).toMatchObject({ code: 'no-such-domain' });
  },
);
