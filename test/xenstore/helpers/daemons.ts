import { openStore } from '../../xenstored/helpers/daemon.js';

/** A store daemon that a test started. */
export interface RunningDaemon {
  readonly socketPath: string;
  /** Makes the host know a domain, so that it can be introduced. */
  addDomain(domid: number): Promise<void>;
  /** Ends the daemon without a word to its clients. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  restart(): Promise<void>;
  /** Ends the daemon and removes what it left. */
  remove(): Promise<void>;
}

/** A kind of store daemon, and how far it differs where clients can tell. */
export interface Daemon {
  readonly name: string;
  readonly start: () => Promise<RunningDaemon>;
  /** Whether the tree outlives the process. */
  readonly durable: boolean;
  /** The longest value in bytes of `/x`. */
  readonly valueMax: number;
  /** How it orders the children `b`, `a`. */
  readonly order: 'created' | 'sorted';
  /** How it refuses to release a domain that it does not know. */
  readonly unknownDomain: 'ENOENT' | 'EINVAL';
}

const ours: Daemon = {
  name: 'domovoi',
  durable: true,
  valueMax: 4093,
  order: 'created',
  unknownDomain: 'ENOENT',
  start: async () => {
    let store = await openStore();
    return {
      socketPath: store.socketPath,
      addDomain: async () => undefined,
      kill: () => store.daemon.close(),
      restart: async () => {
        store = await store.reopen();
      },
      remove: () => store.close(),
    };
  },
};

/** The daemons that the client is tried with. */
export const daemons: readonly Daemon[] = [ours];
