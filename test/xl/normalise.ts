import type { GoldenCase } from './golden.js';

/** What is compared of what a command said. */
export interface Said {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A request for a help page, or a mistake in a command line: what is then told is our own. */
export function isAboutUsage({ words, exit, stdout }: GoldenCase): boolean {
  return exit === 2 || words[0] === 'help' || /^Usage:? /m.test(stdout);
}

/** libxl's log: the reasons of a failure, which are ours to tell in our own words. */
const LIBRARY_LOG = /^(?:libxl|xc|xencall|libxl_\w+ failed|: No such file)[: .]/;

/**
 * What was said, without what differs from host to host and what libraries log: numbers are `#`,
 * blanks are one, the letters of a domain's state `-`, the rows of domain 0 one, values of `info` `…`.
 */
export function normalised(file: string, said: Said): Said {
  const mask = (text: string): string => masked(file, text);
  return { exit: said.exit, stdout: mask(said.stdout), stderr: mask(withoutLog(said.stderr)) };
}

/** Our reasons stand where libxl logs its own; where it is silent we must be too. */
export function withoutReasons(said: Said, golden: GoldenCase): Said {
  const hasLog = golden.stderr.split('\n').some((line) => LIBRARY_LOG.test(line));
  if (!hasLog) return said;
  const lines = said.stderr.split('\n').filter((line) => !/^(?:domovoi:| {2}(?:at|-) )/.test(line));
  return { ...said, stderr: lines.join('\n') };
}

function withoutLog(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '' && !LIBRARY_LOG.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

function masked(file: string, text: string): string {
  const lines = text.split('\n').map((line) =>
    file === 'info' && line.includes(': ')
      ? line.replace(/: .*/, ': …')
      : line
          .replace(/(?<= )[-rbpscd]{3,6}(?= )/g, '-')
          .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '#')
          .replace(/-?\d+(\.\d+)?/g, '#')
          .replace(/(?<= )-(?= )/g, '#')
          .replace(/ +/g, ' '),
  );
  // Domain 0 has as many vcpus as the host has processors.
  return lines
    .filter((line, index) => !line.startsWith('Domain-') || line !== lines[index - 1])
    .join('\n');
}
