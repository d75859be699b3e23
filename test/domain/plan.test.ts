import { expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import { type Leaving, planCleanUp, planCreate, planDestroy } from '../../src/domain/index.js';
import { type CompleteConfig, consoleDevice } from '../../src/layout/index.js';
import { planLocalMigration } from '../../src/migration/index.js';
import { DOM0, domid, type PlannedStep, uuid } from '../../src/model/index.js';

const UUID = uuid('5d0d2b40-0000-4000-8000-000000000001');

function complete(devices = ''): CompleteConfig {
  const text = `name="web"\ntype="pv"\nmemory=8\nkernel="/k"\n${devices}`;
  return { ...parseDomainConfig(text, { file: 'x.cfg' }).config, uuid: UUID };
}

const DEVICES = 'disk=["/a,raw,xvda,rw","/b,raw,xvdb,r"]\nvif=["mac=00:16:3e:00:00:01"]';
const LEAVING: Leaving = {
  domid: domid(4),
  uuid: UUID,
  name: 'web',
  devices: [
    { domid: domid(4), kind: 'vbd', id: 51712, backendDomid: DOM0 },
    consoleDevice(domid(4), 2).address,
  ],
};

/** One line a step, as people see it; the pivot with an exclamation mark. */
function shown(steps: readonly PlannedStep[]): string[] {
  return steps.map(({ name, subject, pivot }) =>
    [name, ...(subject === undefined ? [] : [subject]), ...(pivot === true ? ['!'] : [])].join(' '),
  );
}

test('a create', () => {
  const plan = planCreate(complete(DEVICES), false);
  expect(shown(plan.steps)).toEqual([
    'check-identity',
    'create-domain',
    'prepare-domain',
    'write-skeleton',
    'build',
    'write-details',
    'introduce',
    'add-devices xvda xvdb vif0 console',
    'await-back-ends',
    'await-console',
    'record-incarnation',
    'unpause !',
  ]);
  expect([plan.kind, plan.uuid, plan.name]).toEqual(['create', UUID, 'web']);
  expect(plan.state).toEqual({ uuid: UUID, name: 'web', config: complete(DEVICES) });
});

test('a create that leaves the domain paused, without devices', () => {
  expect(shown(planCreate(complete(), true).steps).slice(-3)).toEqual([
    'add-devices console',
    'await-console',
    'record-incarnation !',
  ]);
});

test('a destroy, which is only ever finished', () => {
  const plan = planDestroy(LEAVING);
  expect(shown(plan.steps)).toEqual([
    'pause !',
    'remove-devices vbd/51712 console/0',
    'destroy-domain',
    'remove-tree',
    'record-end',
  ]);
  expect(plan.steps[1]?.args).toEqual({
    devices: ['/local/domain/0/backend/vbd/4/51712', '/local/domain/0/backend/console/4/0'],
  });
  expect(plan.state).toEqual({ uuid: UUID, name: 'web', domid: 4 });
});

test('a clean-up of a domain without devices', () => {
  const plan = planCleanUp({ ...LEAVING, devices: [] });
  expect(plan.kind).toBe('clean-up');
  expect(shown(plan.steps)).toEqual(['note-loss !', 'destroy-domain', 'remove-tree', 'record-end']);
  expect(plan.steps.at(-1)?.args).toEqual({ end: 'host-lost' });
});

test('a migration stands complete before it suspends, and has one point of no return', () => {
  const plan = planLocalMigration(LEAVING, complete(DEVICES), { maxDowntimeMs: 5 });
  expect(shown(plan.steps)).toEqual([
    'check-migration',
    'create-domain',
    'prepare-domain',
    'write-skeleton',
    'write-details',
    'add-devices xvda xvdb vif0 console',
    'await-back-ends',
    'precopy',
    'suspend',
    'stop-and-copy',
    'verify-memory',
    'write-rings',
    'introduce',
    'rename-away',
    'go !',
    'take-name',
    'start-destination',
    'record-incarnation',
    'remove-devices vbd/51712 console/0',
    'destroy-domain',
    'remove-tree',
    'record-end',
    'report',
  ]);
  expect(plan.state.options).toEqual({ maxDowntimeMs: 5 });
});

test('plans are plain data, the same each time', () => {
  for (const make of [
    () => planCreate(complete(DEVICES), false),
    () => planDestroy(LEAVING),
    () => planCleanUp(LEAVING),
    () => planLocalMigration(LEAVING, complete(DEVICES), {}),
  ]) {
    expect(make()).toEqual(make());
    expect(JSON.parse(JSON.stringify(make()))).toEqual(make());
  }
});
