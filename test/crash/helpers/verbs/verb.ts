import type {
  ChangeName,
  Changes,
  OperationKind,
  PlannedStep,
} from '../../../../src/model/index.js';
import type { CrashHost } from '../crash-host.js';

/** One way in which something is done to a domain, and all that is needed to crash in it. */
export interface Verb {
  /** As people call it: `block-detach --force`. */
  readonly title: string;
  readonly kind: OperationKind;
  /** Its plan for the example domain. */
  readonly steps: readonly PlannedStep[];
  /** Brings a host without guests to where it can be asked; it is then at the one allowed end. */
  readonly prepare: (host: CrashHost) => Promise<void>;
  /** Asks and returns when it is done, which is the other end; rejects when the daemon dies. */
  readonly ask: (host: CrashHost) => Promise<void>;
  /**
   * It comes about without being asked for: "asking" is what befalls the host while it has no
   * daemon. Whatever becomes of one daemon the next sees to it, so only one end is allowed.
   */
  readonly unasked?: true;
  /** Both ends look the same. */
  readonly traceless?: true;
}

/** A change that is asked for by its own name. */
export function change<Name extends ChangeName>(
  kind: Name,
  request: Omit<Changes[Name], 'requestedBy'>,
  how: Pick<Verb, 'steps' | 'prepare'> & Partial<Verb>,
): Verb {
  return { title: kind, kind, ask: (host) => host.perform(kind, request), ...how };
}
