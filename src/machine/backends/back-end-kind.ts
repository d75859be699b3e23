import type { Logger } from 'pino';
import type { Domid } from '../../model/index.js';
import type { XenStoreClient } from '../../xenstore/client.js';
import type { EventChannels } from '../event-channels.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';

/** What tells one kind of back end from another. */
export interface BackEndKind {
  /** Its directory below `backend`: `vbd`, `vif`, `qdisk`. */
  readonly name: string;
  /** The front end's nodes that hold grant references and event channels. */
  readonly ringNodes: readonly string[];
  readonly channelNodes: readonly string[];
  /** Whether a device is one of these; absent: all below its directory are. */
  serves?(id: string): boolean;
  /** What it offers before the front end is there; rejects where it cannot serve the device. */
  features(read: ReadNode): Promise<Nodes>;
  /** What the hotplug script would write; rejects where the script would fail. Absent: no script. */
  readonly hotplug?: (read: ReadNode) => Promise<Nodes>;
  /** What it publishes once connected, and again when the medium, `params`, has changed. */
  connected(read: ReadNode): Promise<Nodes>;
}

/** Reads a node of the device's back half. */
export type ReadNode = (node: string) => Promise<string | undefined>;
export type Nodes = Readonly<Record<string, string>>;
export type DriverLogger = Pick<Logger, 'warn'>;

/** The domain that back ends run in: domain 0, or a driver domain. */
export interface BackEndHome {
  readonly domid: Domid;
  readonly events: EventChannels;
  readonly store: XenStoreClient;
  readonly hypervisor: SimulatedHypervisor;
  readonly logger: DriverLogger;
  /** Resolves once the domain runs; never for one that dies first. */
  whenRunnable(): Promise<void>;
}
