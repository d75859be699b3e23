/** How a guest behaves; what its kernel's command line says for it. */
export const BEHAVIOURS = {
  good: '',
  deaf: 'ignore=poweroff,reboot,suspend',
  crashing: 'exit=crash@40',
  rebooting: 'exit=reboot@40',
  'powering off': 'exit=poweroff@40',
  'dropping devices': 'disconnect=30',
} as const;
export type Behaviour = keyof typeof BEHAVIOURS;

/** What is to be done when a domain stops by itself; the lines of its config that say so. */
export const POLICIES = {
  default: [],
  preserve: onAny('preserve'),
  restart: onAny('restart'),
  'rename-restart': onAny('rename-restart'),
  'coredump-destroy': onAny('coredump-destroy'),
} as const;
export type Policy = keyof typeof POLICIES;

function onAny(action: string): readonly string[] {
  return ['poweroff', 'reboot', 'crash'].map((stop) => `on_${stop} = "${action}"`);
}

/** What a test knows of a domain that it has made. */
export interface ExpectedDomain {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly policy: Policy;
  readonly state: 'running' | 'paused' | 'suspended' | 'stopped';
  readonly memoryMib: number;
  readonly vcpus: number;
  /** The disks by their names in the guest, the interfaces by their numbers. */
  readonly disks: readonly string[];
  readonly vifs: readonly number[];
}

/** The domains of a host by the names of their slots. */
export type ExpectedHost = Readonly<Record<string, ExpectedDomain>>;
