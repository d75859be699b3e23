import { afterEach, beforeEach, expect, test } from 'vitest';
import { changed, refused, seen } from './helpers/changes.js';
import { config, finished, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.close());

test('a new name is found, shown, kept over a migration, and the old one is free', async () => {
  const { newDomid, uuid } = await host.created(config('web'));
  await changed(host, 'rename', { domain: 'web', name: 'shop' });
  expect(await host.store.readText(`/local/domain/${String(newDomid)}/name`)).toBe('shop');
  expect(await host.store.readText(`/vm/${String(uuid)}/name`)).toBe('shop');
  expect(await seen(host, 'shop')).toMatchObject({ uuid, name: 'shop', config: { name: 'shop' } });
  expect(await refused(host, 'pause', { domain: 'web' })).toMatchObject({ code: 'no-such-domain' });
  await host.created(config('web'));
  await host.migrated('shop');
  expect(await seen(host, 'shop')).toMatchObject({ uuid, config: { name: 'shop' } });
  const { events } = await host.api.ask('history', { domain: 'shop' });
  expect(events.find(({ kind }) => kind === 'renamed')?.detail).toEqual({
    from: 'web',
    to: 'shop',
  });
});

test('its own name is a name that it may have', async () => {
  await host.created(config('web'));
  const before = await host.traces();
  await changed(host, 'rename', { domain: 'web', name: 'web' });
  expect((await host.traces()).tree).toEqual(before.tree);
});

test('a name that another has is refused, and that name stays free for nobody else', async () => {
  await host.created(config('web'));
  await host.created(config('shop'));
  const before = await host.traces();
  expect(await refused(host, 'rename', { domain: 'web', name: 'shop' })).toMatchObject({
    code: 'EEXIST',
    message: 'Domain with name "shop" already exists.',
  });
  expect(await refused(host, 'rename', { domain: 'web', name: 'Domain-0' })).toMatchObject({
    code: 'EEXIST',
  });
  expect((await host.traces()).tree).toEqual(before.tree);
  await host.destroyed('shop');
  await changed(host, 'rename', { domain: 'web', name: 'shop' });
});

test('of several who want a name at once one gets it', async () => {
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map((name) => host.created(config(name))));
  const ends = await Promise.all([
    ...names.map(async (domain) =>
      finished(await host.api.change('rename', { domain, name: 'x', requestedBy: 'test' })),
    ),
    host.create(config('x')).then(finished),
  ]);
  expect(ends.filter(({ status }) => status === 'succeeded')).toHaveLength(1);
  const { domains } = await host.api.ask('domains');
  expect(domains.filter(({ name }) => name === 'x')).toHaveLength(1);
});

test.each([
  ['', 'the name of the domain is empty'],
  ['a\nb', 'the name "a\\nb" contains a control character'],
])('the name %j is none', async (name, message) => {
  await host.created(config('web'));
  expect(await refused(host, 'rename', { domain: 'web', name })).toMatchObject({
    code: 'EINVAL',
    message,
  });
});

test('domain 0 keeps its name', async () => {
  expect(await refused(host, 'rename', { domain: '0', name: 'x' })).toMatchObject({
    code: 'EINVAL',
    message: "domain 0 cannot be renamed: it is the host's own",
  });
});
