import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Domid, ReplyLine } from '../../src/model/index.js';
import { config, EXAMPLES, succeeded, TestHost } from './helpers/embedded.js';
import { stop } from './helpers/stops.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(() => host.close());

const update = (text: string, overrides: readonly string[] = [], debug = false) =>
  host.api.change('config-update', {
    domain: 'web',
    text,
    file: join(EXAMPLES, 'test.cfg'),
    cwd: EXAMPLES,
    overrides,
    debug,
    requestedBy: 'test',
  });

async function listed() {
  const { domains } = await host.api.ask('domains', { long: true });
  return domains.find(({ domid }) => domid !== 0);
}

test('the domain goes on and moves as it is, and starts anew with the new configuration', async () => {
  const { newDomid, uuid } = await host.created(config('web'));
  const { tree } = await host.traces();
  await succeeded(
    await update(config('another'), ['memory=12', 'vif=["", ""]', 'on_crash="preserve"']),
  );
  expect((await host.traces()).tree).toEqual(tree);

  const { newDomid: moved } = await host.migrated('web');
  expect(await listed()).toMatchObject({ domid: moved, uuid, name: 'web', memoryKib: 8192 });
  const before = await listed();

  await stop(host, moved as Domid, 'reboot');
  const after = await listed();
  expect(after?.domid).not.toBe(newDomid);
  expect(after).toMatchObject({ uuid, name: 'web', memoryKib: 12288 });
  expect(after?.config).toMatchObject({ name: 'web', uuid, onCrash: 'preserve' });
  expect(after?.config?.next).toBeUndefined();
  // The interface that was there already keeps its address.
  expect(macs(after)).toHaveLength(2);
  expect(macs(after)[0]).toBe(macs(before)[0]);

  await stop(host, after?.domid as Domid, 'reboot');
  expect(await listed()).toMatchObject({ uuid, memoryKib: 12288 });
});

test('what cannot be read changes nothing', async () => {
  await host.created(config('web'));
  const before = await listed();
  await expect(update('name = ')).rejects.toMatchObject({ code: 'config-invalid' });
  expect((await listed())?.config).toEqual(before?.config);
});

test('the configuration is told as it was read, where that is wanted', async () => {
  await host.created(config('web'));
  const lines: ReplyLine[] = [];
  for await (const line of await update(config('another'), ['memory=12'], true)) lines.push(line);
  const told = { c_info: { name: 'web' }, b_info: { target_memkb: 12288 } };
  expect(lines[0]).toMatchObject({ event: 'config', config: told });
});

function macs(domain: Awaited<ReturnType<typeof listed>>): unknown[] {
  const { vifs } = (domain?.config ?? {}) as { vifs?: { mac: string }[] };
  return (vifs ?? []).map(({ mac }) => mac);
}
