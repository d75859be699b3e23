import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDiskWords, parseDomainConfig, SHUTDOWN_ACTIONS } from '../../src/config/index.js';
import {
  planAdopt,
  planAttach,
  planCleanUp,
  planCreate,
  planDestroy,
  planDetach,
  planDumpCore,
  planMedium,
  planRepair,
  planStopped,
} from '../../src/domain/index.js';
import { planLocalMigration } from '../../src/migration/index.js';
import { DOM0, domid, type Finding, uuid } from '../../src/model/index.js';
import { config, TestGround } from '../daemon/helpers/embedded.js';
import { dump, lines } from '../layout/dump.js';
import { everyChange } from './helpers/standing.js';

let ground: TestGround;
beforeAll(async () => {
  ground = await TestGround.start();
});
afterAll(() => ground.close());

test('every step of every plan has a handler, and no handler is without a plan', () => {
  const id = uuid('5d0d2b40-0000-4000-8000-000000000001');
  const text = config('web', 'cpu_weight = 512');
  const complete = { ...parseDomainConfig(text, { file: 'x.cfg' }).config, uuid: id };
  const device = { domid: domid(4), kind: 'vbd' as const, id: 51712, backendDomid: DOM0 };
  const leaving = { domid: domid(4), uuid: id, name: 'web', devices: [device] };
  const guest = { ...leaving, type: 'pv' as const };
  const disk = parseDiskWords('/img,raw,xvda,rw');
  const finding: Finding = {
    code: 'orphan-home',
    severity: 'error',
    path: '/local/domain/4',
    what: '',
    why: '',
    repair: { edits: [], conditions: [] },
  };
  const plans = [
    planCreate(complete, false),
    planCreate(complete, true),
    planDestroy(leaving),
    planCleanUp(leaving),
    planLocalMigration(leaving, complete, {}),
    planDumpCore(leaving, '/dump'),
    planRepair([finding]),
    planAdopt(domid(4), complete, false),
    ...everyChange(),
    planAttach(guest, { type: 'disk', disk }),
    planDetach(guest, { address: device, name: 'xvda', state: 4 }, false),
    planDetach(guest, { address: device, name: 'xvda', state: 4 }, true),
    planMedium('cd-eject', guest, device, { before: disk, after: disk }),
    ...SHUTDOWN_ACTIONS.map((action) =>
      planStopped(leaving, {
        reason: 'crash',
        action,
        config: complete,
        dumpFile: '/dump',
        aside: { uuid: id, name: 'aside' },
      }),
    ),
  ];
  const planned = new Set(plans.flatMap(({ steps }) => steps.map(({ name }) => name)));
  expect([...ground.handlers.keys()].sort()).toEqual([...planned].sort());
  for (const { steps } of plans) {
    expect(steps.filter(({ pivot }) => pivot === true).length).toBeLessThanOrEqual(1);
  }
});

test('a number that came round again is another domain: only the old one’s traces go', async () => {
  const { store } = ground;
  const uuidOf = (last: number) => uuid(`5d0d2b40-0000-4000-8000-00000000000${last}`);
  const [gone, now] = [uuidOf(2), uuidOf(3)];
  await store.write('/local/domain/7/vm', `/vm/${now}`);
  await store.write('/libxl/7/type', 'pv');
  await store.write(`/vm/${now}/domains/7`, '');
  const [back, front] = ['/local/domain/0/backend/vkbd/7/0', '/local/domain/7/device/vkbd/0'];
  await store.write('/libxl/7/device/vkbd/0/backend', back);
  for (const half of [back, front]) await store.write(`${half}/state`, '1');
  const expected = lines(await dump(store));
  await store.write(`/vm/${gone}/domains/7`, '');
  const state = { domid: 7, uuid: gone, name: 'old' };
  for (const name of ['remove-devices', 'destroy-domain', 'remove-tree']) {
    await ground.handlers.get(name)?.do({
      state,
      args: { devices: [back] },
      operation: 'op',
      signal: new AbortController().signal,
      progress: () => undefined,
      scratch: new Map(),
    });
  }
  expect(lines(await dump(store))).toEqual(expected);
});

test.each([
  ['rename', {}],
  ['set-vcpus', { online: 1, all: 2 }],
  ['send-sysrq', { letter: 's' }],
  ['ask-guest', { request: 'poweroff' }],
  ['suspend', {}],
])('a domain that has gone meanwhile gets no new tree from %s', async (name, args) => {
  const expected = lines(await dump(ground.store));
  const state = { domid: 8, uuid: uuid('5d0d2b40-0000-4000-8000-000000000008'), newName: 'new' };
  const done = ground.handlers.get(name)?.do({
    state,
    args,
    operation: 'op',
    signal: new AbortController().signal,
    progress: () => undefined,
    scratch: new Map(),
  });
  await expect(done).rejects.toMatchObject({ code: 'no-such-domain' });
  expect(lines(await dump(ground.store))).toEqual(expected);
});
