import type { DeviceHost, DeviceLimits } from '../devices/index.js';
import type { Hypervisor } from '../hypervisor/hypervisor.js';
import type { Chronicle } from '../model/index.js';
import type { DumpFiles } from './dump-files.js';
import type { NameClaims } from './name-claims.js';
import type { VncPasswords } from './vnc-passwords.js';

/** How long guests and others may take, in ms. */
export interface Limits extends DeviceLimits {
  /** For a guest to acknowledge a request to suspend, and again to suspend. */
  readonly suspendMs: number;
  /** For a guest to acknowledge a request to power off or to reboot. */
  readonly shutdownMs: number;
}

/** The Xen host that operations work on, whichever kind it is. */
export interface Host extends DeviceHost {
  /** What the history calls it. */
  readonly name: string;
  readonly hypervisor: Hypervisor;
  readonly chronicle: Chronicle;
  readonly limits: Limits;
  readonly dumps: DumpFiles;
  readonly vncPasswords: VncPasswords;
  /** Who is about to have which name. */
  readonly names: NameClaims;
}
