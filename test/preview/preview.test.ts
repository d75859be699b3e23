import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHANGES } from '../../src/daemon/changes/index.js';
import { listDevices } from '../../src/devices/index.js';
import { backEndPath, frontEndPath } from '../../src/layout/index.js';
import {
  type ChangeName,
  type Changes,
  mibToKib,
  type StoreChange,
} from '../../src/model/index.js';
import { config, DISK, EXAMPLES, TestGround } from '../daemon/helpers/embedded.js';
import { make, preview, tryAndMake } from './helpers/trial.js';

let ground: TestGround;
beforeEach(async () => {
  ground = await TestGround.start();
});
afterEach(() => ground.close());
afterAll(() => rmSync(dirname(CORE), { recursive: true }));

const UUID = '8d3b3c1e-5f0a-4a57-9a39-5b7d1c0e2f4a';
const CORE = join(mkdtempSync(join(tmpdir(), 'dv-')), 'web.core');
const DRIVE = `type = "hvm"\ndisk += [ ',hdc:cdrom,r' ]`;
const requestedBy = 'test';
const web = { domain: 'web', requestedBy };
const NEW: Changes['create'] = {
  text: config('new', `uuid = "${UUID}"\nvif = [ 'mac=00:16:3e:01:02:03,bridge=xenbr0' ]`),
  file: join(EXAMPLES, 'test.cfg'),
  cwd: EXAMPLES,
  overrides: [],
  paused: false,
  requestedBy,
};

/** One request for each change; "web" is a running domain with its devices connected. */
const REQUESTS: { readonly [Name in ChangeName]?: Changes[Name] } = {
  create: NEW,
  destroy: web,
  migrate: { ...web, destination: 'localhost' },
  'dump-core': { ...web, file: CORE },
  pause: web,
  unpause: web,
  shutdown: web,
  reboot: web,
  suspend: web,
  resume: web,
  rename: { ...web, name: 'www' },
  'mem-set': { ...web, kib: mibToKib(6) },
  'mem-max': { ...web, kib: mibToKib(16) },
  'vcpu-set': { ...web, vcpus: 1 },
  'vcpu-pin': { ...web, vcpu: 'all', hard: '0-1' },
  'sched-credit2': { ...web, weight: 512 },
  'block-attach': { ...web, specification: `${DISK},raw,xvdb,r`, cwd: EXAMPLES },
  'block-detach': { ...web, device: 'xvda' },
  'network-attach': { ...web, specification: 'mac=00:16:3e:01:02:04', cwd: EXAMPLES },
  'network-detach': { ...web, device: '0' },
  'cd-insert': { ...web, device: 'hdc', target: DISK, cwd: EXAMPLES },
  'cd-eject': { ...web, device: 'hdc' },
  trigger: { ...web, trigger: 'nmi', vcpu: 0 },
  sysrq: { ...web, letter: 'h' },
  repair: { requestedBy },
  adopt: web,
  'config-update': { ...NEW, ...web },
};

/** What is to be done first, where the change is one of a domain that is not as usual. */
const FIRST: Partial<Record<ChangeName, () => Promise<unknown>>> = {
  unpause: () => make(ground, 'pause', web),
  resume: () => make(ground, 'suspend', web),
  repair: () => ground.store.write('/local/domain/77/name', 'nobody'),
  adopt: () => forgotten(),
  'cd-eject': () => make(ground, 'cd-insert', request('cd-insert')),
};

describe.each(Object.keys(REQUESTS) as ChangeName[])('a dry run of %s', (name) => {
  test('changes nothing, and says what the change then does to the store', async () => {
    await connectedDomain(name.startsWith('cd-') ? DRIVE : undefined);
    await FIRST[name]?.();
    const { before, after, forecast, made } = await tryAndMake(ground, name, request(name));
    expect(after).toEqual(before);
    expect(forecast.kind).toBe(name);
    expect(forecast.changes.map(comparable)).toEqual(made.map(comparable));
  });
});

test('no change is left out here', () => {
  expect(Object.keys(REQUESTS).sort()).toEqual(Object.keys(CHANGES).sort());
});

describe('a dry run fails as the change would', () => {
  test('of a create whose name is taken', async () => {
    await connectedDomain();
    const trial = preview(ground, 'create', { ...NEW, text: config('web') });
    await expect(trial).rejects.toMatchObject({
      code: 'EEXIST',
      message: expect.stringContaining('domain with name "web" already exists'),
      where: 'domain web, step check-identity',
    });
  });

  test('of a create without its kernel', async () => {
    const trial = preview(ground, 'create', { ...NEW, overrides: ['kernel="/no/kernel"'] });
    await expect(trial).rejects.toMatchObject({
      code: 'ENOENT',
      where: 'domain new, step build',
    });
  });

  test('of a create for which there is not enough memory', async () => {
    const trial = preview(ground, 'create', { ...NEW, overrides: ['memory=16384'] });
    await expect(trial).rejects.toMatchObject({
      code: 'ENOMEM',
      message: 'the host has 3072 MiB free, the domain needs 16384 MiB',
    });
  });

  test('of a change to a domain that is not there', async () => {
    await expect(preview(ground, 'destroy', web)).rejects.toMatchObject({
      code: 'no-such-domain',
    });
  });
});

test('a dump that was only tried out is not there', async () => {
  rmSync(CORE, { force: true });
  await connectedDomain();
  await preview(ground, 'dump-core', { ...web, file: CORE });
  expect(existsSync(CORE)).toBe(false);
});

test('a name that was only tried out is free', async () => {
  await preview(ground, 'create', NEW);
  expect(ground.host.names.claim('new', UUID as never)).toBe(true);
  await expect(preview(ground, 'create', NEW)).resolves.toMatchObject({ name: 'new' });
});

function request<Name extends ChangeName>(name: Name): Changes[Name] {
  const asked = REQUESTS[name];
  if (asked === undefined) throw new Error(`there is no request for ${name}`);
  return asked;
}

/** From then on neither the guest nor its back ends write anything by themselves. */
async function connectedDomain(extra = 'vcpus = 2'): Promise<void> {
  const domid = await ground.domain('web', extra);
  for (const device of await listDevices(ground.store, domid)) {
    if (!['vbd', 'qdisk', 'vif'].includes(device.kind)) continue;
    for (const end of [backEndPath(device), frontEndPath(device)]) {
      await ground.until(`${end}/state`, (state) => state === '4');
    }
  }
}

/** As if another toolstack had made the domain. */
async function forgotten(): Promise<void> {
  const [known] = ground.history.queries.living(ground.host.name);
  if (known === undefined) throw new Error('there is no domain');
  const { uuid, host, domid } = known;
  ground.history.records.endIncarnation({ uuid, host, domid, end: 'host-lost', at: Date.now() });
}

/** Without the numbers that only a run can know: ports, frames and times. */
function comparable({ path, before, after }: StoreChange) {
  const isNumber = /\/(port|ring-ref|start_time|event-channel)$/.test(path);
  const known = after !== undefined && isNumber ? { ...after, value: '#' } : after;
  return { path, before, after: known };
}
