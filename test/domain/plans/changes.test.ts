import { expect, test } from 'vitest';
import {
  planMemMax,
  planMemSet,
  planRename,
  planScheduling,
  planStop,
  planUnpause,
  planVcpuPin,
  planVcpuSet,
} from '../../../src/domain/index.js';
import { mibToKib, type Plan } from '../../../src/model/index.js';
import { everyChange, HOST_CPUS, MEMORY, standing, VCPUS } from '../helpers/standing.js';

/** One line a step, as people see it; the pivot with an exclamation mark. */
function shown({ steps }: Plan): string[] {
  return steps.map(({ name, subject, pivot }) =>
    [name, ...(subject === undefined ? [] : [subject]), ...(pivot === true ? ['!'] : [])].join(' '),
  );
}

test('every change has one point of no return, and its plan is for the domain asked for', () => {
  for (const { kind, uuid, name, state, steps } of everyChange()) {
    expect(
      steps.filter(({ pivot }) => pivot === true),
      kind,
    ).toHaveLength(1);
    expect({ uuid, name, domid: state.domid }).toEqual({
      uuid: standing().info.uuid,
      name: 'web',
      domid: 4,
    });
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  }
});

test('the steps of each change', () => {
  expect(Object.fromEntries(everyChange().map((plan) => [plan.kind, shown(plan)]))).toEqual({
    pause: ['pause-domain !', 'note-run-state'],
    unpause: ['unpause-domain !', 'note-run-state'],
    suspend: ['suspend !'],
    resume: ['resume-domain !', 'resume-store', 'note-run-state'],
    shutdown: ['ask-guest poweroff !', 'forget-request'],
    reboot: ['send-trigger reset !'],
    rename: ['claim-name', 'rename !', 'settle-name', 'save-config'],
    'mem-set': ['limit-memory', 'set-memory-target !', 'save-config'],
    'mem-max': ['limit-memory', 'set-memory-maximum !', 'save-config'],
    'vcpu-set': ['set-vcpus !', 'save-config'],
    'vcpu-pin': ['pin-vcpus all !', 'save-config'],
    'sched-credit2': ['set-scheduling !', 'note-weight', 'save-config'],
    trigger: ['send-trigger nmi !'],
    sysrq: ['send-sysrq s !'],
    'config-update': ['save-config !'],
  });
});

test('of a domain whose configuration is not known nothing is saved', () => {
  const unknown = { ...standing(), config: undefined };
  const plans = [
    planRename(unknown, 'other'),
    planMemSet(unknown, mibToKib(6), MEMORY),
    planVcpuSet(unknown, 1, 4),
    planScheduling(unknown, { weight: 1 }, { weight: 256, cap: 0 }),
  ];
  for (const { steps, state } of plans) {
    expect(steps.map(({ name }) => name)).not.toContain('save-config');
    expect(state).not.toHaveProperty('config');
  }
});

test('memory is limited with libxl’s slack, and the target is without video RAM', () => {
  const seen = { ...MEMORY, videoRamKib: mibToKib(2) };
  const { steps, state } = planMemSet(standing(), mibToKib(10), seen);
  expect(steps.map(({ args }) => args)).toEqual([
    { max: 11_264, was: 16_384 },
    { target: 8192 },
    undefined,
  ]);
  expect(state).toMatchObject({ config: { memoryKib: 10_240, maxMemoryKib: 16_384 } });
});

test('a store that does not say what memory there is is named', () => {
  expect(() => planMemSet(standing(), mibToKib(6), { ...MEMORY, maxKib: undefined })).toThrow(
    'Cannot get memory info from /local/domain/4/memory/static-max',
  );
  expect(() => planMemMax(standing(), mibToKib(6), { ...MEMORY, targetKib: undefined })).toThrow(
    'Cannot get memory info from /local/domain/4/memory/target',
  );
});

test('fewer vcpus than are online may be asked for on any host', () => {
  const domain = standing({ vcpus: 8, maxVcpus: 8 });
  expect(() => planVcpuSet(domain, 7, 4)).not.toThrow();
  expect(() => planVcpuSet(standing({ vcpus: 2, maxVcpus: 8 }), 7, 4)).toThrow(/overcommmitting/);
});

test('a pin remembers what was, and the lists of the vcpus that it leaves', () => {
  const lists = { vcpu: 1, hard: '2', soft: undefined };
  const { steps, state } = planVcpuPin(standing({}, 'cpus = "0-1"'), lists, {
    vcpus: VCPUS,
    host: HOST_CPUS,
  });
  expect(steps[0]?.args).toEqual({
    pins: [{ vcpu: 1, hard: [2] }],
    was: [{ vcpu: 1, hard: [0, 1, 2, 3], soft: [0, 1, 2, 3] }],
  });
  expect(state.config).toMatchObject({ cpus: ['0-1', '2'] });
  expect(state.config).not.toHaveProperty('cpusSoft');
});

test.each([
  [{ shutdown: 'crash' } as const, 'it has stopped (crash)', '"domovoi destroy web" removes it.'],
  [{ shutdown: 'suspend' } as const, 'it is suspended', '"domovoi resume web" wakes it.'],
  [{ paused: true }, 'it is paused', '"domovoi unpause web" lets it run.'],
])('a guest that does not run (%j) is not asked', (info, why, way) => {
  const asked = () => planStop('shutdown', standing(info), { hears: true, fallback: false });
  expect(asked).toThrow(`web cannot be shut down: ${why}`);
  expect(asked).toThrow(expect.objectContaining({ suggestions: [way] }));
});

test('an unpause has nothing to say of a domain that runs then', () => {
  expect(planUnpause(standing({ paused: true })).state).not.toHaveProperty('notice');
  expect(planUnpause(standing({ paused: true, shutdown: 'crash' })).state).toMatchObject({
    notice: 'web does not run: it has stopped (crash). "domovoi destroy web" removes it.',
  });
});
