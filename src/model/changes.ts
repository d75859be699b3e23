import type { Trigger } from './domain.js';
import type { Kib } from './ids.js';

/** What every request for a change says. */
interface Asked {
  /** User and command line, for the history. */
  readonly requestedBy: string;
  /** Only show what would be done, and what would become of the store. */
  readonly dryRun?: boolean;
}

/** A request about one domain. */
export interface DomainRequest extends Asked {
  /** Name, domid, UUID or an unambiguous prefix of one. */
  readonly domain: string;
}

/** Text in the format of xl.cfg, and where it is from. */
export interface ConfigText {
  readonly text: string;
  /** Its name, for error positions and for paths relative to its directory. Absolute. */
  readonly file: string;
  /** Where the user stands; relative paths are looked for here first. Absolute. */
  readonly cwd: string;
  /** `key=value` lines that are read after the file, as xl does. */
  readonly overrides: readonly string[];
}

export interface CreateRequest extends Asked, ConfigText {
  /** Leave the domain paused. */
  readonly paused: boolean;
  /** Do not act when the domain stops by itself: `create -e`. */
  readonly unsupervised?: boolean;
  /** Write only what xl writes, without the keys of the old manual. */
  readonly layout?: 'xl';
  /** Also tell the config as it was read. */
  readonly debug?: boolean;
}

export interface MigrateRequest extends DomainRequest {
  /** `localhost`. */
  readonly destination: string;
  /** Pre-copy goes on until the predicted downtime is below this. */
  readonly maxDowntimeMs?: number;
  /** The most that is sent, in KiB per second; no limit when absent. */
  readonly bandwidthKib?: number;
}

export interface StopRequest extends DomainRequest {
  /** Where the guest has no drivers to ask, press its power or reset button (`-F`). */
  readonly fallback?: boolean;
}

export interface RenameRequest extends DomainRequest {
  readonly name: string;
}

export interface MemoryRequest extends DomainRequest {
  readonly kib: Kib;
}

export interface VcpuSetRequest extends DomainRequest {
  readonly vcpus: number;
  /** Allow more vcpus than the host has CPUs. */
  readonly ignoreHost?: boolean;
}

export interface VcpuPinRequest extends DomainRequest {
  readonly vcpu: number | 'all';
  /** Lists of CPUs in xl's words: `all`, `0-3,^2`; `-` and absent leave it as it is. */
  readonly hard?: string;
  readonly soft?: string;
}

export interface SchedulingRequest extends DomainRequest {
  readonly weight?: number;
  /** Percent of one CPU; 0 is no cap. */
  readonly cap?: number;
}

export interface TriggerRequest extends DomainRequest {
  readonly trigger: Trigger;
  readonly vcpu: number;
}

export interface SysrqRequest extends DomainRequest {
  /** One character. */
  readonly letter: string;
}

export interface DumpCoreRequest extends DomainRequest {
  /** Absolute. */
  readonly file: string;
}

export interface ConfigUpdateRequest extends DomainRequest, ConfigText {
  /** Also tell the config as it was read. */
  readonly debug?: boolean;
}

export interface AttachRequest extends DomainRequest {
  /** In the words of `disk=` or `vif=` of xl.cfg. */
  readonly specification: string;
  /** Where relative paths are looked for. Absolute. */
  readonly cwd: string;
}

export interface DetachRequest extends DomainRequest {
  /** A device number; for disks also a name like `xvdb`, for interfaces a MAC address. */
  readonly device: string;
  /** Take it away even if the guest does not let go of it. */
  readonly force?: boolean;
}

export interface InsertRequest extends DomainRequest {
  /** The drive: `hdc`, `xvdc` … */
  readonly device: string;
  /** The medium, in the words of a target in `disk=`. */
  readonly target: string;
  readonly cwd: string;
}

export interface EjectRequest extends DomainRequest {
  readonly device: string;
}

/** All that can be asked to be changed, by the name of the request: `POST /v1/<name>`. */
export interface Changes {
  create: CreateRequest;
  destroy: DomainRequest;
  migrate: MigrateRequest;
  pause: DomainRequest;
  unpause: DomainRequest;
  /** Asks the guest to stop; done when it has agreed to. */
  shutdown: StopRequest;
  reboot: StopRequest;
  /** To memory, in place. */
  suspend: DomainRequest;
  resume: DomainRequest;
  rename: RenameRequest;
  'mem-set': MemoryRequest;
  'mem-max': MemoryRequest;
  'vcpu-set': VcpuSetRequest;
  'vcpu-pin': VcpuPinRequest;
  'sched-credit2': SchedulingRequest;
  trigger: TriggerRequest;
  sysrq: SysrqRequest;
  'dump-core': DumpCoreRequest;
  'config-update': ConfigUpdateRequest;
  'block-attach': AttachRequest;
  'block-detach': DetachRequest;
  'network-attach': AttachRequest;
  'network-detach': DetachRequest;
  'cd-insert': InsertRequest;
  'cd-eject': EjectRequest;
  adopt: DomainRequest;
  /** Repairs what `fsck` finds and knows how to. */
  repair: Asked;
}
export type ChangeName = keyof Changes;
