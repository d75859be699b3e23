import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCpuRange } from '../../src/config/index.js';

const HOST = { maxCpuId: 7, nrNodes: 1 };
const ALL = [0, 1, 2, 3, 4, 5, 6, 7];

test.each([
  ['all', ALL],
  ['3', [3]],
  ['0-3,^1', [0, 2, 3]],
  ['^1,0-3', [0, 1, 2, 3]],
  ['all,^0-5', [6, 7]],
  ['nodes:0', ALL],
  ['node:0,^7', [0, 1, 2, 3, 4, 5, 6]],
  ['5,,2', [2, 5]],
  ['6-99', [6, 7]],
  ['99', []],
  ['', []],
])('%j is %j', (text, cpus) => {
  expect(readCpuRange(text, HOST)).toEqual(cpus);
});

test.each([
  ['x', 'Invalid pcpu range: x.'],
  ['^x', 'Invalid pcpu range: x.'],
  ['3-1', 'Invalid pcpu range: 3-1.'],
  ['1-', 'Invalid pcpu range: 1-.'],
  ['-1', 'Invalid pcpu range: -1.'],
  ['1 2', 'Invalid pcpu range: 1 2.'],
  ['^all', 'Can\'t combine "^" and "all".'],
  ['nodes:1', 'libxl_node_to_cpumap failed.'],
])('%j is refused', (text, message) => {
  expect(() => readCpuRange(text, HOST)).toThrow(message);
});

test('nodes of a host that has several are not guessed', () => {
  expect(() => readCpuRange('nodes:1', { ...HOST, nrNodes: 2 })).toThrow(
    expect.objectContaining({ code: 'ENOTSUP' }),
  );
});

test('parts add and remove in turn', () => {
  const part = fc.record({
    not: fc.boolean(),
    first: fc.integer({ min: 0, max: 9 }),
    more: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      const text = parts.map(({ not, first, more }) => `${not ? '^' : ''}${first}-${first + more}`);
      const expected = ALL.filter((cpu) => {
        const last = parts.findLast(({ first, more }) => cpu >= first && cpu <= first + more);
        return last !== undefined && !last.not;
      });
      expect(readCpuRange(text.join(','), HOST)).toEqual(expected);
    }),
  );
});
