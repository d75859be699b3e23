import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChangeName, Changes, StoreChange } from '../../src/model/index.js';
import { config, EXAMPLES, TestGround } from '../daemon/helpers/embedded.js';
import { preview, tryAndMake } from './helpers/trial.js';

let ground: TestGround;
beforeEach(async () => {
  ground = await TestGround.start();
});
afterEach(() => ground.close());
afterAll(() => rmSync(dirname(CORE), { recursive: true }));

const UUID = '8d3b3c1e-5f0a-4a57-9a39-5b7d1c0e2f4a';
const CORE = join(mkdtempSync(join(tmpdir(), 'dv-')), 'web.core');
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
};

describe.each(Object.keys(REQUESTS) as ChangeName[])('a dry run of %s', (name) => {
  test('changes nothing, and says what the change then does to the store', async () => {
    await connectedDomain();
    const { before, after, forecast, made } = await tryAndMake(ground, name, request(name));
    expect(after).toEqual(before);
    expect(forecast.kind).toBe(name);
    expect(forecast.changes.map(comparable)).toEqual(made.map(comparable));
  });
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
async function connectedDomain(): Promise<void> {
  const domid = await ground.domain('web');
  const devices = [`vbd/${domid}/51712`, `vif/${domid}/0`];
  const ends = [
    ...devices.map((device) => `/local/domain/0/backend/${device}`),
    `/local/domain/${domid}/device/vbd/51712`,
    `/local/domain/${domid}/device/vif/0`,
  ];
  for (const end of ends) await ground.until(`${end}/state`, (state) => state === '4');
}

/** Without the numbers that only a run can know: ports, frames and times. */
function comparable({ path, before, after }: StoreChange) {
  const isNumber = /\/(port|ring-ref|start_time|event-channel)$/.test(path);
  const known = after !== undefined && isNumber ? { ...after, value: '#' } : after;
  return { path, before, after: known };
}
