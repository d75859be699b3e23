import { expect } from 'vitest';
import { apiClient } from '../../../src/client/api-client.js';
import { stopDaemon } from '../../../src/client/daemon-control.js';
import { machineStatus } from '../../../src/client/machine-control.js';
import type { ListedDomain, OperationRecord } from '../../../src/model/index.js';
import { Domovoi, exampleConfig, type Result } from '../../e2e/helpers/domovoi.js';
import { dump, withoutNumbers } from '../../e2e/helpers/store.js';

export const DOMAIN = 'pv';
export const CONFIG = exampleConfig(DOMAIN);

/** What a sound host shows from all sides at one moment, with at most one guest. */
export interface Scene {
  readonly guest: ListedDomain | undefined;
  /** `xenstore-ls -fp`, sorted. */
  readonly tree: readonly string[];
  /** Newest first. */
  readonly operations: readonly OperationRecord[];
}

/** A host on which things go wrong, and what it looks like when nothing is wrong. */
export class Site {
  readonly host: Domovoi;
  /** The store without guests. */
  readonly idle: readonly string[];
  /** The store with the one guest, without its numbers. */
  readonly inhabited: readonly string[];
  readonly #freeKib: number;

  private constructor(
    host: Domovoi,
    idle: readonly string[],
    inhabited: readonly string[],
    freeKib: number,
  ) {
    this.host = host;
    this.idle = idle;
    this.inhabited = inhabited;
    this.#freeKib = freeKib;
  }

  /** @param host where nothing runs yet */
  static async open(host = new Domovoi()): Promise<Site> {
    await host.ok('list');
    const idle = await dump(host);
    const freeKib = (await machineStatus(host.stateDir))?.freeMemoryKib ?? 0;
    await host.ok('create', CONFIG);
    const { domains } = await apiClient(host.stateDir.daemonSocket).ask('domains', {
      domain: DOMAIN,
    });
    const [guest] = domains;
    const inhabited = guest === undefined ? [] : withoutNumbers(await dump(host), guest);
    await host.ok('destroy', DOMAIN);
    const site = new Site(host, idle, withoutClocks(inhabited), freeKib);
    await site.look();
    return site;
  }

  /** Runs a command on a daemon with a planned fault. */
  async runWithFault(fault: string, ...args: string[]): Promise<Result> {
    await this.stopDaemon();
    return this.host.run(args, { env: { DOMOVOI_FAULT: fault } });
  }

  async stopDaemon(): Promise<void> {
    await stopDaemon(this.host.stateDir);
  }

  /** What recovery is to the user: any command, here `list`, starts what is missing. */
  async recover(): Promise<Scene> {
    await this.host.ok('list');
    return this.look();
  }

  /** Looks at the host from all sides, and expects that they agree. */
  async look(): Promise<Scene> {
    const { stateDir } = this.host;
    const daemon = apiClient(stateDir.daemonSocket);
    const { domains } = await daemon.ask('domains');
    const { operations, incarnations } = await daemon.ask('history', { limit: 1000 });
    const machine = await machineStatus(stateDir);
    const tree = await dump(this.host);
    const guests = domains.filter(({ domid }) => domid !== 0);
    const [guest] = guests;

    expect(guests.map(({ name }) => name)).toEqual(guest === undefined ? [] : [DOMAIN]);
    const open = operations.filter(({ status }) => !['succeeded', 'failed'].includes(status));
    expect(open.map(({ kind, status }) => `${kind} ${status}`)).toEqual([]);
    const living = incarnations.filter(({ to }) => to === undefined);
    if (guest === undefined) {
      expect(tree).toEqual(this.idle);
      expect(living).toEqual([]);
    } else {
      expect(withoutClocks(withoutNumbers(tree, guest))).toEqual(this.inhabited);
      expect(living).toMatchObject([{ uuid: guest.uuid, domid: guest.domid }]);
      expect(guest).toMatchObject({ name: DOMAIN, paused: false, dying: false });
      expect(guest.shutdown).toBeUndefined();
    }
    expect(machine).toMatchObject({
      domains: guests.length,
      freeMemoryKib: this.#freeKib - (guest?.memoryKib ?? 0),
    });
    return { guest, tree, operations };
  }
}

/** Without the time, and the number of interfaces that there have been. */
export function withoutClocks(tree: readonly string[]): string[] {
  return tree.map((line) => line.replace(/(?<=\/(start_time|nextDeviceID) = ")[\d.]+/, 'ONWARDS'));
}
