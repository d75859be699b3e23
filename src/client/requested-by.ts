import { readlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename } from 'node:path';

/** Words such as `vncpasswd=…` and `passwd = "…"`: what is after them is nobody's business. */
const SECRET = /([a-z_]*passw(?:or)?d\s*=\s*)(["']?)[^"',\]\s]+/gi;

/**
 * Who asks for an operation and how, for the history: `alice@pts/3: domovoi create web.cfg`, or
 * without the terminal where there is none. Passwords in the command line are left out.
 */
export function requestedBy(argv: readonly string[] = process.argv.slice(2)): string {
  const tty = terminal();
  const who = tty === undefined ? userName() : `${userName()}@${tty}`;
  return `${who}: ${commandLine(argv)}`;
}

/** The command line as it could be typed again, but for passwords. */
export function commandLine(argv: readonly string[]): string {
  return ['domovoi', ...argv.map((word) => quote(word.replace(SECRET, '$1$2***')))].join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without a passwd entry, as in containers.
    return String(process.getuid?.() ?? 'unknown');
  }
}

function terminal(): string | undefined {
  for (const descriptor of [0, 1, 2]) {
    const target = linkTarget(`/proc/self/fd/${descriptor}`);
    if (target?.startsWith('/dev/pts/')) return `pts/${basename(target)}`;
    if (target?.startsWith('/dev/tty')) return basename(target);
  }
  return undefined;
}

/** A descriptor may be closed; then it is no terminal. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
