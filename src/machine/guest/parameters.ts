/**
 * How a simulated guest behaves: set on its kernel command line, as for any kernel.
 *
 * | parameter | meaning | default |
 * |---|---|---|
 * | `dirty_rate=N` | pages written per second | 50 |
 * | `working_set=N` | MiB that those writes are spread over | 4 |
 * | `ignore=WORD,…` | requests on control/shutdown that it does not hear: `suspend`, `poweroff`, `reboot` | none |
 * | `exit=REASON@MS` | stops by itself after so many ms: `poweroff`, `reboot`, `crash` | never |
 */
export interface GuestParameters {
  readonly dirtyRate: number;
  readonly workingSetMib: number;
  readonly ignore: readonly string[];
  readonly exit:
    | { readonly reason: 'poweroff' | 'reboot' | 'crash'; readonly afterMs: number }
    | undefined;
}

export function parseGuestParameters(cmdline: string): GuestParameters {
  const given = new Map<string, string>();
  for (const word of cmdline.split(/\s+/)) {
    const equals = word.indexOf('=');
    if (equals > 0) given.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return {
    dirtyRate: natural(given.get('dirty_rate'), 50),
    workingSetMib: natural(given.get('working_set'), 4),
    ignore: given.get('ignore')?.split(',') ?? [],
    exit: parseExit(given.get('exit')),
  };
}

/** A kernel takes a parameter that it cannot read for absent; so do we. */
function natural(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : fallback;
}

function parseExit(text: string | undefined): GuestParameters['exit'] {
  const match = /^(poweroff|reboot|crash)@(\d{1,9})$/.exec(text ?? '');
  if (match === null) return undefined;
  return { reason: match[1] as 'poweroff' | 'reboot' | 'crash', afterMs: Number(match[2]) };
}
