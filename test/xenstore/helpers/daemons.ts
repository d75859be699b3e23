import {
  buildShim,
  type RealKind,
  realKinds,
  startRealDaemon,
  whyNotHere,
} from '../../contract/store/real/real-daemon.js';
import { openStore, temporaryDirectory } from '../../xenstored/helpers/daemon.js';

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

/** A stock daemon. Its store is in memory, and goes with it. */
function real(kind: RealKind, traits: Omit<Daemon, 'name' | 'durable' | 'start'>): Daemon {
  return {
    ...traits,
    name: kind,
    durable: false,
    start: async () => {
      const directory = temporaryDirectory();
      const shim = await buildShim();
      let daemon = await startRealDaemon(kind, shim.path, directory);
      return {
        socketPath: daemon.socketPath,
        addDomain: async (domid) => daemon.setDomainState(domid, 'running'),
        kill: () => daemon.kill(),
        restart: async () => {
          await daemon.kill();
          daemon = await startRealDaemon(kind, shim.path, directory);
        },
        remove: async () => {
          await daemon.stop();
          shim.remove();
        },
      };
    },
  };
}

const traitsOfReal = {
  xenstored: { valueMax: 4093, order: 'created', unknownDomain: 'ENOENT' },
  oxenstored: { valueMax: 2000, order: 'sorted', unknownDomain: 'EINVAL' },
} as const;

/** The daemons that the client is tried with. */
export const daemons: readonly Daemon[] = [
  ours,
  ...realKinds.flatMap((kind) => {
    const why = whyNotHere(kind);
    if (why !== undefined) console.warn(`skipped: the client on ${kind}: ${why}`);
    return why === undefined ? [real(kind, traitsOfReal[kind])] : [];
  }),
];
