import { expect, test } from 'vitest';
import { parseDiskWords } from '../../../src/config/index.js';
import { planAttach, planDetach, planMedium } from '../../../src/domain/index.js';
import { DOM0, domid, type Plan, uuid } from '../../../src/model/index.js';

const GUEST = {
  domid: domid(4),
  uuid: uuid('5d0d2b40-0000-4000-8000-000000000001'),
  name: 'web',
  type: 'pv' as const,
};
const ADDRESS = { domid: domid(4), kind: 'vbd' as const, id: 51728, backendDomid: DOM0 };
const disk = parseDiskWords('/img,raw,xvdb,rw');

/** One line a step; the pivot with an exclamation mark. */
function shown({ steps }: Plan): string[] {
  return steps.map(({ name, subject, pivot }) => `${name} ${subject}${pivot ? ' !' : ''}`);
}

test('an attach is for good once the configuration has the device', () => {
  const plan = planAttach(GUEST, { type: 'disk', disk });
  expect(plan.kind).toBe('block-attach');
  expect(shown(plan)).toEqual([
    'check-device xvdb',
    'add-device xvdb',
    'await-back-end xvdb',
    'keep-device xvdb !',
  ]);
});

test('a detach is for good once the back end has closed', () => {
  const plan = planDetach(GUEST, { address: ADDRESS, name: 'xvdb', state: 4 }, false);
  expect([plan.kind, plan.state.backEndState]).toEqual(['block-detach', 4]);
  expect(shown(plan)).toEqual(['close-device xvdb !', 'remove-device xvdb', 'forget-device xvdb']);
});

test('a detach by force asks nobody', () => {
  const address = { ...ADDRESS, kind: 'vif' as const, id: 1 };
  const plan = planDetach(GUEST, { address, name: '1', state: 4 }, true);
  expect(plan.kind).toBe('network-detach');
  expect(shown(plan)).toEqual(['close-device 1 !', 'remove-device 1', 'forget-device 1']);
  expect(plan.steps[0]?.args).toEqual({
    devices: ['/local/domain/0/backend/vif/4/1'],
    force: true,
  });
});

test('plans are plain data', () => {
  for (const plan of [
    planAttach(GUEST, { type: 'disk', disk }),
    planDetach(GUEST, { address: ADDRESS, name: 'xvdb', state: 4 }, false),
    planMedium('cd-insert', GUEST, ADDRESS, { before: disk, after: disk }),
  ]) {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  }
});
