import { describe, expect, test } from 'vitest';
import { DIFFERENCES, type Difference, differencesOf, PENDING } from './differences.js';
import { type GoldenCase, goldenFiles, readGolden } from './golden.js';
import { isAboutUsage, normalised, type Said, withoutReasons } from './normalise.js';
import { canBePrepared, PreparedHost } from './prepared-host.js';

/** `timeout` had to end xl. */
const HUNG = 124;
const FILES = goldenFiles().filter((file) => !PENDING.includes(file));
const seen = new Set<Difference>();
/** After each of these the guests may be other ones. */
const CHANGING = [
  'create',
  'destroy',
  'mem-set',
  'migrate',
  'pause',
  'reboot',
  'rename',
  'shutdown',
  'trigger',
  'unpause',
];
/** What had been attached before these were captured. */
const PRELUDES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'block-detach': [
    ['block-attach', 'pv1', 'format=raw,vdev=xvdb,access=ro,target=/tmp/b.img'],
    ['block-attach', 'pv1', 'format=raw,vdev=xvdc,access=ro,target=/tmp/b.img'],
  ],
  'network-detach': [
    ['network-attach', 'pv1', 'mac=00:16:3e:00:00:01', 'bridge=xenbr0'],
    ['network-attach', 'pv1', 'mac=00:16:3e:00:00:02', 'bridge=xenbr0'],
    ['network-attach', 'pv1', 'mac=00:16:3e:00:00:03', 'bridge=xenbr0'],
  ],
};
/**
 * What such a line is about was the host's own: numbers that its guests had, its messages, a file
 * that was not there. And one line has words with blanks, which captures do not tell apart.
 */
const OF_THAT_HOST =
  /^(?:domid (?:0|1)|(?:destroy|pause|unpause) \d+|(?:list|vcpu-list|uptime|block-list|network-list|domname|sched-credit2 -d) 1|dmesg|dmesg -c|dmesg --clear|config-update pv1 \/tmp\/syntax\.cfg|create -F .*)$/;

/** The cases that can be compared: those xl came to an end with, on a host that can be made here. */
function comparable(file: string): GoldenCase[] {
  return readGolden(file).filter(
    ({ exit, state, words }) =>
      exit !== HUNG && canBePrepared(state) && !OF_THAT_HOST.test(words.join(' ')),
  );
}

describe.concurrent('what real xl 4.17 said, we say', () => {
  test.each(FILES)('to %s', { timeout: 900_000 }, async (file) => {
    const host = new PreparedHost();
    const mismatches: string[] = [];
    try {
      await host.start();
      let prepared = '';
      for (const golden of comparable(file)) {
        if (golden.state !== prepared || CHANGING.includes(file)) await host.prepare(golden.state);
        if (prepared === '') for (const words of PRELUDES[file] ?? []) await host.run(words);
        prepared = golden.state;
        const { code, stdout, stderr } = await host.run(golden.words);
        const mismatch = compare(golden, { exit: code, stdout, stderr });
        if (mismatch !== undefined) mismatches.push(mismatch);
      }
    } finally {
      await host.close();
    }
    expect(mismatches.join('\n')).toBe('');
  });
});

test('every difference in the table is still one', () => {
  expect(DIFFERENCES.filter((difference) => !seen.has(difference))).toEqual([]);
});

/** Undefined when both said the same, but for differences that are meant to be. */
function compare(golden: GoldenCase, ours: Said): string | undefined {
  const differences = differencesOf(golden);
  const exit = differences.find((each) => each.exit !== undefined)?.exit ?? golden.exit;
  const theirs = normalised(golden.file, golden);
  const expected = { ...theirs, exit };
  const actual = normalised(golden.file, withoutReasons(ours, golden));
  const isOther = actual.exit !== theirs.exit || !sameWords(actual, theirs);
  if (isOther) for (const difference of differences) seen.add(difference);
  const sayOther = differences.some(({ words }) => words) || isAboutUsage(golden);
  if (actual.exit === expected.exit && (sayOther || sameWords(actual, expected))) return undefined;
  const place = `${golden.file}.txt:${golden.line}: xl ${golden.words.join(' ')}`;
  return [place, `  xl:   ${shown(expected)}`, `  ours: ${shown(actual)}`].join('\n');
}

function sameWords(one: Said, other: Said): boolean {
  return one.stdout === other.stdout && one.stderr === other.stderr;
}

/** On one line, and not all of it. */
function shown(said: Said): string {
  return JSON.stringify([said.exit, said.stdout, said.stderr]).slice(0, 400);
}
