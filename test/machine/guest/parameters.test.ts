import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseGuestParameters } from '../../../src/machine/guest/parameters.js';

const DEFAULTS = {
  dirtyRate: 50,
  workingSetMib: 4,
  loadPercent: 1,
  ignore: [],
  hang: [],
  slowMs: 0,
  exit: undefined,
  noFront: [],
  refuseDetach: [],
  disconnectMs: undefined,
  backEnds: [],
  hostile: [],
};

test.each([
  ['', {}],
  ['root=/dev/xvda ro quiet', {}],
  ['dirty_rate=4000 working_set=16', { dirtyRate: 4000, workingSetMib: 16 }],
  ['  dirty_rate=0\tquiet ', { dirtyRate: 0 }],
  ['dirty_rate=1 dirty_rate=2', { dirtyRate: 2 }],
  ['dirty_rate=-1 working_set=many', {}],
  ['dirty_rate=99999999999', {}],
  ['ignore=suspend,reboot', { ignore: ['suspend', 'reboot'] }],
  ['exit=crash@100', { exit: { reason: 'crash', afterMs: 100 } }],
  ['exit=poweroff@0', { exit: { reason: 'poweroff', afterMs: 0 } }],
  ['exit=crash', {}],
  ['exit=soft-reset@1', { exit: { reason: 'soft-reset', afterMs: 1 } }],
  ['exit=halt@1', {}],
  [
    'load=50 slow=20 hang=poweroff,reboot',
    { loadPercent: 50, slowMs: 20, hang: ['poweroff', 'reboot'] },
  ],
  ['load=101', { loadPercent: 100 }],
  [
    'no_front=vif refuse_detach=vbd disconnect=5',
    { noFront: ['vif'], refuseDetach: ['vbd'], disconnectMs: 5 },
  ],
  ['backends=vbd,vif hostile=flood', { backEnds: ['vbd', 'vif'], hostile: ['flood'] }],
  ['exit=crash@-1', {}],
])('"%s"', (cmdline, given) => {
  expect(parseGuestParameters(cmdline)).toEqual({ ...DEFAULTS, ...given });
});

test('any command line boots', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (cmdline) => {
      const { dirtyRate, workingSetMib } = parseGuestParameters(cmdline);
      expect(dirtyRate).toBeGreaterThanOrEqual(0);
      expect(workingSetMib).toBeGreaterThanOrEqual(0);
    }),
  );
});
