import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDescribed } from '../../src/layout/described.js';
import { type SeenNode, undescribed } from '../layout/described.js';
import { dump, naming } from '../layout/dump.js';
import { readReal } from '../layout/golden/real.js';
import { config, succeeded, TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

async function tree(): Promise<Map<string, SeenNode>> {
  return new Map(
    [...(await dump(host.store))]
      .filter(([path]) => path !== '/')
      .map(([path, node]) => {
        const [, value = '', permissions = ''] = /^(".*") \((.*)\)$/.exec(node) ?? [];
        return [path, { value: String(JSON.parse(value)), permissions }];
      }),
  );
}

function sourceOf(path: string): string | undefined {
  return findDescribed(path)?.described.key.source;
}

async function createdForXl(name: string): Promise<number> {
  const text = config(name);
  const request = { text, file: '/test.cfg', cwd: '/', overrides: [], paused: false };
  const reply = await host.api.change('create', { ...request, layout: 'xl', requestedBy: 'test' });
  const { newDomid } = await succeeded(reply);
  return Number(newDomid);
}

test('all that is in the store of a host with a running domain is described', async () => {
  const { newDomid } = await host.created(config('web'));
  const domid = Number(newDomid);
  await host.until(`/local/domain/${domid}/device/vbd/51712/state`, (state) => state === '4');
  const guests = [...(await tree())].filter(([path]) => !/^\/vm\/0{8}-/.test(path));
  expect(undescribed(new Map(guests), [domid])).toEqual([]);
});

test('a host without guests has what a real one has, and what readers of the manual expect', async () => {
  const ours = await tree();
  for (const [path, node] of readReal('dom0')) expect([path, ours.get(path)]).toEqual([path, node]);
  const real = readReal('dom0');
  const more = [...ours.keys()].filter((path) => !real.has(path));
  expect(new Set(more.map(sourceOf))).toEqual(new Set([undefined, 'manual', 'xend']));
  const directories = more.filter((path) => sourceOf(path) === undefined);
  expect(directories).toEqual(['/vm']);
  expect(ours.get('/local/domain/0/vm')?.value).toBe('/vm/00000000-0000-0000-0000-000000000000');
});

test('a domain that was created for xl alone stays so when it migrates, and leaves nothing', async () => {
  const before = await host.traces();
  const first = await createdForXl('web');
  const { newDomid } = await host.migrated('web');
  const nodes = await tree();
  const guests = [...nodes.keys()].filter((path) => !/^\/(local\/domain\/0|vm\/0{8}-)/.test(path));
  const others = guests.filter((path) =>
    ['manual', 'xend', 'domovoi'].includes(sourceOf(path) ?? ''),
  );
  expect(others).toEqual([]);
  expect(naming(await dump(host.store), first)).toEqual([]);
  expect(nodes.get(`/local/domain/${Number(newDomid)}/memory`)?.value).toBe('');
  await host.destroyed('web');
  expect(await host.traces()).toEqual(before);
});

test('after a migration what the manual has is there, and names the new domid', async () => {
  const { newDomid: first } = await host.created(config('web'));
  const { newDomid: second } = await host.migrated('web');
  const nodes = await dump(host.store);
  expect(naming(nodes, Number(first))).toEqual([]);
  const home = `/local/domain/${Number(second)}`;
  const uuid = (await host.store.readText(`${home}/vm`)).slice('/vm/'.length);
  const at = (path: string) => host.store.readText(path);
  expect(await at(`/vm/${uuid}/device/vbd/51712/frontend`)).toBe(`${home}/device/vbd/51712`);
  expect(await at(`${home}/running`)).toBe('1');
  expect(await at(`/local/domain/0/backend/vbd/${Number(second)}/51712/domain`)).toBe('web');
});
