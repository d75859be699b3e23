import type { Domid } from './ids.js';
import type { XenbusState } from './xenbus.js';

/** What is seen of a device that a domain has, whichever its kind. */
export interface ListedDevice {
  /** The device's number in the guest. */
  readonly devid: number;
  readonly backendDomid: Domid;
  /** Where each half is in the store. */
  readonly frontendPath: string;
  readonly backendPath: string;
  /** Of the front end, as the guest says; `unknown` where it says nothing that is a state. */
  readonly state: XenbusState;
  readonly backendState: XenbusState;
  /** The guest's end; null where it has published none, or no number. */
  readonly eventChannel: number | null;
}

/** A row of `block-list`. */
export interface ListedDisk extends ListedDevice {
  /** `xvda` */
  readonly vdev: string;
  /** What xl calls the handle: the domid of the guest, as the back end has it. */
  readonly frontendDomid: Domid;
  /** Null as for the event channel. */
  readonly ringRef: number | null;
  /** Path, `format:path` for a disk that QEMU serves; empty for a drive without a medium. */
  readonly params: string;
  readonly mode: 'r' | 'w';
  readonly removable: boolean;
}

/** A row of `network-list`. The handle that xl shows is the devid. */
export interface ListedVif extends ListedDevice {
  /** Null where the toolstack that made the interface has not recorded one. */
  readonly mac: string | null;
  readonly bridge: string | null;
  /** Null as for the event channel. */
  readonly txRingRef: number | null;
  readonly rxRingRef: number | null;
}

export interface DiskList {
  readonly domid: Domid;
  readonly disks: readonly ListedDisk[];
}

export interface VifList {
  readonly domid: Domid;
  readonly vifs: readonly ListedVif[];
}
