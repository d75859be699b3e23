import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * What real xl 4.17 said to one command line. The files of `golden/`, made by `capture.sh`, have
 * such cases one after the other, with an empty line between:
 *
 *     # the state of the host
 *     $ xl the command line, its words at single blanks, '' for an empty one
 *     exit 1
 *     out|a line of stdout
 *     err|a line of stderr
 *     err-|a last line without a line feed
 */
export interface GoldenCase {
  /** The file's name without `.txt`: the command it is about. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly state: string;
  readonly words: readonly string[];
  /** 124: it did not end by itself within the time limit. */
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const FOLDER = fileURLToPath(new URL('golden/', import.meta.url));

/** The commands that there are captures of. */
export function goldenFiles(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -'.txt'.length))
    .sort();
}

export function readGolden(file: string): GoldenCase[] {
  return parseGolden(readFileSync(`${FOLDER}${file}.txt`, 'utf8'), file);
}

export function parseGolden(text: string, file: string): GoldenCase[] {
  const cases: GoldenCase[] = [];
  let state = '';
  let current: { -readonly [Key in keyof GoldenCase]: GoldenCase[Key] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, mark, rest = ''] =
      /^(# |\$ xl ?|exit |out\||out-\||err\||err-\|)(.*)$/s.exec(line) ?? [];
    if (mark === undefined && line === '') {
      state = '';
      continue;
    }
    if (mark === '# ') {
      state = rest;
    } else if (mark?.startsWith('$')) {
      const words = rest === '' ? [] : rest.split(' ').map((word) => (word === "''" ? '' : word));
      current = { file, line: index + 1, state, words, exit: 0, stdout: '', stderr: '' };
      cases.push(current);
    } else if (mark === undefined || current === undefined) {
      throw new Error(`${file}.txt:${index + 1} is no line of a case: ${line}`);
    } else if (mark === 'exit ') {
      current.exit = Number(rest);
    } else {
      current[mark.startsWith('out') ? 'stdout' : 'stderr'] += mark.includes('-')
        ? rest
        : `${rest}\n`;
    }
  }
  return cases;
}
