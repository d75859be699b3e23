import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { config, finished, succeeded, TestHost } from './helpers/embedded.js';

let host: TestHost;
let file: string;
beforeEach(async () => {
  host = await TestHost.start();
  file = join(host.stateDir.root, 'web.core');
});
afterEach(async () => {
  await host.close();
});

const dump = (domain: string, to = file) =>
  host.api.change('dump-core', { domain, file: to, requestedBy: 'test' });

test('the memory of a running domain is written as an ELF core, and the domain runs on', async () => {
  const { newDomid } = await host.created(config('web'));
  await succeeded(await dump('web'));
  const core = readFileSync(file);
  expect(core.subarray(0, 4)).toEqual(Buffer.from('\x7fELF'));
  expect(core.length).toBeGreaterThan(4096);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { domains } = await host.api.ask('domains', { domain: 'web' });
  expect(domains).toMatchObject([{ domid: newDomid, paused: false }]);
  const { events, operations } = await host.api.ask('history', { domain: 'web' });
  expect(events[0]).toMatchObject({ kind: 'dumped', domid: newDomid, detail: { file } });
  expect(operations[0]).toMatchObject({ kind: 'dump-core', status: 'succeeded' });
});

test('a dump that goes wrong leaves no file, and the domain alone', async () => {
  await host.created(config('web'));
  const before = readdirSync(host.stateDir.root);
  const { status, error } = await finished(await dump('web', host.stateDir.daemonDir));
  expect(status).toBe('failed');
  expect(error).toMatchObject({ code: 'EINVAL', message: expect.stringContaining('a directory') });
  await host.stopDaemon();
  await host.startDaemon({ DOMOVOI_FAULT: 'dump-core:after=fail' });
  writeFileSync(file, 'older');
  expect((await finished(await dump('web'))).status).toBe('failed');
  expect(readdirSync(host.stateDir.root)).toEqual([...before, 'web.core'].sort());
});

test('a domain that is not there has no memory to be written', async () => {
  await expect(dump('web')).rejects.toMatchObject({ code: 'no-such-domain' });
  await expect(dump('0')).rejects.toMatchObject({ code: 'EINVAL' });
  await host.created(config('web'));
  await expect(dump('web', 'web.core')).rejects.toMatchObject({ code: 'EINVAL' });
  expect(existsSync(file)).toBe(false);
});
