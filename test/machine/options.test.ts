import { describe, expect, test } from 'vitest';
import { parseMachineOptions } from '../../src/machine/options.js';
import { mibToKib } from '../../src/model/index.js';

describe("the machine's command line", () => {
  test('says how large it is', () => {
    expect(parseMachineOptions([])).toEqual({ totalMemoryKib: mibToKib(16_384), cpus: 4 });
    expect(parseMachineOptions(['--memory', '2048', '--cpus=1'])).toEqual({
      totalMemoryKib: mibToKib(2048),
      cpus: 1,
    });
  });

  test.each([
    [['--memory', 'lots'], '--memory "lots" is not a number of MiB'],
    [['--memory', '-1'], '--memory'],
    [['--memory=-1'], '--memory "-1"'],
    [['--memory', '1.5'], '--memory "1.5"'],
    [['--memory', '1e3'], '--memory "1e3"'],
    [['--memory', ''], '--memory ""'],
    [['--memory', '9'.repeat(30)], '--memory'],
    [['--cpus', '0'], '--cpus "0" is not a number of processors from 1 to 4095'],
    [['--cpus', 'NaN'], '--cpus "NaN"'],
    [['--cpus', '5000'], '--cpus "5000"'],
    [['--colour'], '--colour'],
  ])('%j is refused, and why is said', (args, words) => {
    expect(() => parseMachineOptions(args)).toThrow(
      expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining(words) }),
    );
  });
});
