/**
 * How a simulated guest behaves: set on its kernel command line, as for any kernel. The README has
 * a table of those for everyday use, docs/machine.md has all.
 */
export interface GuestParameters {
  /** `dirty_rate=N`: pages written per second. */
  readonly dirtyRate: number;
  /** `working_set=N`: MiB that those writes are spread over. */
  readonly workingSetMib: number;
  /** `load=PERCENT`: of each vcpu's time, what the guest seems to use. */
  readonly loadPercent: number;
  /** `ignore=WORD,…`: requests on control/shutdown that it does not hear. */
  readonly ignore: readonly string[];
  /** `hang=WORD,…`: requests that it acknowledges, and then does not do. */
  readonly hang: readonly string[];
  /** `slow=MS`: how long it takes from acknowledging a request to doing it. */
  readonly slowMs: number;
  /** `exit=REASON@MS`: stops by itself, so many ms after it has booted. */
  readonly exit: { readonly reason: ExitReason; readonly afterMs: number } | undefined;
  /** `no_front=CLASS,…`: kinds of device that it has no driver for: they stay as they are. */
  readonly noFront: readonly string[];
  /** `refuse_detach=CLASS,…`: kinds of device that it does not let go of, as if they were mounted. */
  readonly refuseDetach: readonly string[];
  /** `disconnect=MS`: closes each device by itself, so many ms after it has connected. */
  readonly disconnectMs: number | undefined;
  /** `backends=CLASS,…`: drives these for other domains (`backend=` in their devices). */
  readonly backEnds: readonly string[];
  /** `hostile=WAY,…`: what it does to the store: see hostile.ts. */
  readonly hostile: readonly string[];
}

export const EXIT_REASONS = [
  'poweroff',
  'reboot',
  'crash',
  'watchdog',
  'soft-reset',
  'suspend',
] as const;
export type ExitReason = (typeof EXIT_REASONS)[number];

export function parseGuestParameters(cmdline: string): GuestParameters {
  const given = new Map<string, string>();
  for (const word of cmdline.split(/\s+/)) {
    const equals = word.indexOf('=');
    if (equals > 0) given.set(word.slice(0, equals), word.slice(equals + 1));
  }
  const words = (name: string): readonly string[] => given.get(name)?.split(',') ?? [];
  return {
    dirtyRate: natural(given.get('dirty_rate')) ?? 50,
    workingSetMib: natural(given.get('working_set')) ?? 4,
    loadPercent: Math.min(natural(given.get('load')) ?? 1, 100),
    ignore: words('ignore'),
    hang: words('hang'),
    slowMs: natural(given.get('slow')) ?? 0,
    exit: parseExit(given.get('exit')),
    noFront: words('no_front'),
    refuseDetach: words('refuse_detach'),
    disconnectMs: natural(given.get('disconnect')),
    backEnds: words('backends'),
    hostile: words('hostile'),
  };
}

/** A kernel takes a parameter that it cannot read for absent; so do we. */
function natural(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function parseExit(text: string | undefined): GuestParameters['exit'] {
  const match = /^([a-z-]+)@(\d{1,9})$/.exec(text ?? '');
  const reason = EXIT_REASONS.find((known) => known === match?.[1]);
  return reason === undefined ? undefined : { reason, afterMs: Number(match?.[2]) };
}
