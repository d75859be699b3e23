import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { XenStoreClient } from '../../../src/xenstore/client.js';
import {
  type DomainState,
  StoreDaemon,
  type StoreHost,
  type StoreLogger,
} from '../../../src/xenstored/daemon.js';
import { duplexPair } from '../../../src/xenstored/duplex-pair.js';

/** A temporary directory with a path short enough for UNIX sockets. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'xs-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A host on which every domain lives that was not said to have shut down or gone. */
export class TestHost implements StoreHost {
  readonly states = new Map<number, DomainState>();
  /** The guests' ends of their rings, as INTRODUCE connected them. */
  readonly rings = new Map<number, Duplex>();
  /** Domains whose rings cannot be connected. */
  readonly unreachable = new Set<number>();

  domainState(domid: number): DomainState {
    return this.states.get(domid) ?? 'alive';
  }

  connectRing(domid: number): Duplex | undefined {
    if (this.unreachable.has(domid)) return undefined;
    const [ours, theirs] = duplexPair();
    this.rings.set(domid, theirs);
    return ours;
  }

  /** A client that is the domain, over the ring that INTRODUCE connected. */
  guest(domid: number): XenStoreClient {
    const ring = this.rings.get(domid);
    if (ring === undefined) throw new Error(`domain ${domid} was not introduced`);
    return new XenStoreClient(ring);
  }
}

export interface LogLine {
  readonly level: string;
  readonly details: unknown;
  readonly message: string | undefined;
}

/** A logger that remembers. */
export function recordingLogger(): { logger: StoreLogger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (details: unknown, message?: string) => {
    lines.push({ level, details, message });
  };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { logger: logger as StoreLogger, lines };
}

export interface TestStore {
  readonly dir: string;
  readonly socketPath: string;
  readonly host: TestHost;
  readonly daemon: StoreDaemon;
  readonly lines: LogLine[];
  /** A client over the daemon's socket. */
  connect(): Promise<XenStoreClient>;
  /** A client that is the domain, without ring or socket. */
  as(domid: number): XenStoreClient;
  /** Closes the daemon and opens another on the same directory. */
  reopen(): Promise<TestStore>;
  /** Closes the daemon and removes its directory. */
  close(): Promise<void>;
}

/** A daemon in a temporary directory, on a host where every domain exists. */
export async function openStore(
  directory = temporaryDirectory(),
  host = new TestHost(),
): Promise<TestStore> {
  const { logger, lines } = recordingLogger();
  const dir = directory.path;
  const socketPath = join(dir, 'socket');
  const daemon = await StoreDaemon.open({ dir, host, logger });
  await daemon.listen(socketPath);
  return {
    dir,
    socketPath,
    host,
    daemon,
    lines,
    connect: () => XenStoreClient.connect(socketPath),
    as: (domid) => new XenStoreClient(daemon.connectLocal(domid)),
    reopen: async () => {
      await daemon.close();
      return openStore(directory, host);
    },
    close: async () => {
      await daemon.close();
      directory.remove();
    },
  };
}
