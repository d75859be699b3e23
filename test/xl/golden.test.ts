import { expect, test } from 'vitest';
import { goldenFiles, parseGolden, readGolden } from './golden.js';

test('the format of the captures keeps line ends, empty words and states apart', () => {
  const text = "# a state\n$ xl rename pv1 ''\nexit 1\nout|one\nout|\nerr-|two\n\n$ xl\nexit 0\n";
  expect(parseGolden(text, 'rename')).toEqual([
    {
      file: 'rename',
      line: 2,
      state: 'a state',
      words: ['rename', 'pv1', ''],
      exit: 1,
      stdout: 'one\n\n',
      stderr: 'two',
    },
    { file: 'rename', line: 8, state: '', words: [], exit: 0, stdout: '', stderr: '' },
  ]);
});

test('a line that is none of a case is a mistake, with its place', () => {
  expect(() => parseGolden('$ xl\nexit 0\nstray\n', 'list')).toThrow('list.txt:3 is no line');
});

test('every capture can be read', () => {
  const cases = goldenFiles().flatMap(readGolden);
  expect(cases.length).toBeGreaterThan(300);
  for (const { exit } of cases) expect(exit).toBeLessThan(256);
});
