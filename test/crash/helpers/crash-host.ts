import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { History } from '../../../src/history/index.js';
import { type ChangeName, type Changes, ToolstackError } from '../../../src/model/index.js';
import { type Environment, finished, TestHost } from '../../daemon/helpers/embedded.js';
import { DaemonProcess } from './daemon-process.js';
import { StoreEvents } from './store-events.js';
import type { Verb } from './verbs/verb.js';
import { look, type View } from './view.js';

/** Longer than any guest takes to answer. */
const SETTLE_MS = 15_000;

/**
 * A host whose machine and next daemon are of this process, which is quick, and on which daemons
 * in processes of their own die.
 */
export class CrashHost extends TestHost {
  #doomed: DaemonProcess | undefined;
  #events: StoreEvents | undefined;
  /** The host without guests. */
  #idle: View | undefined;
  /** The domids that guests had when a case began. */
  firstDomids: ReadonlySet<number> = new Set();

  static async boot(): Promise<CrashHost> {
    const host = new CrashHost();
    host.#doomed = new DaemonProcess(host.stateDir.root);
    await host.start();
    await host.startDaemon();
    host.#idle = await host.look();
    return host;
  }

  override async start(): Promise<void> {
    await super.start();
    this.#events = await StoreEvents.of(this.store);
  }

  override async startDaemon(env: Environment = {}): Promise<void> {
    await this.stopDaemon();
    await super.startDaemon(env);
  }

  override async close(): Promise<void> {
    await this.#doomed?.kill();
    await super.close();
  }

  /** Asks for a change and returns when it has succeeded; throws how it ended otherwise. */
  async perform<Name extends ChangeName>(
    name: Name,
    wanted: Omit<Changes[Name], 'requestedBy'>,
  ): Promise<void> {
    const request = { ...wanted, requestedBy: 'test' } as unknown as Changes[Name];
    const { status, error } = await finished(await this.api.change(name, request));
    if (status !== 'succeeded') {
      throw new ToolstackError('EIO', `${name} ${status}: ${error?.message}`);
    }
  }

  /** Has a verb done, and returns when nothing more comes of it. */
  async undergo({ ask, unasked }: Verb, fault = ''): Promise<void> {
    const env = { DOMOVOI_FAULT: fault };
    if (unasked) await this.stopDaemon();
    else await this.startDaemon(env);
    await ask(this);
    if (unasked) await this.startDaemon(env);
    // A daemon that ends brings to an end what runs.
    await this.startDaemon();
    await this.rests();
    await this.startDaemon();
  }

  /** The same with a daemon that dies of a fault; returns when it is dead. */
  async dieIn(fault: string, { ask, unasked }: Verb): Promise<void> {
    const daemon = this.#doomed ?? new DaemonProcess(this.stateDir.root);
    this.#doomed = undefined;
    await this.stopDaemon();
    try {
      if (unasked) await ask(this);
      await daemon.start(fault);
      if (!unasked) await expect(ask(this)).rejects.toThrow('the toolstack daemon is gone');
      expect(await daemon.end()).toBe('SIGKILL');
    } finally {
      await daemon.kill();
    }
    this.#doomed = new DaemonProcess(this.stateDir.root);
  }

  /** A loss of power: the store is what is left of the domains. */
  async losePower(): Promise<void> {
    await this.stop();
    await this.start();
  }

  look(): Promise<View> {
    return look(this, this.#doomed?.pid);
  }

  /** Resolves when the host looks like this from all sides. */
  async looksLike(wanted: View, side: 'tree' | 'shape'): Promise<void> {
    const seen = await this.#until(async () => {
      try {
        const view = await this.look();
        return this.#equals(view[side], wanted[side]) ? undefined : view[side];
      } catch (error) {
        // What goes while it is looked at is not there a moment later.
        return error;
      }
    });
    expect(seen ?? wanted[side]).toEqual(wanted[side]);
  }

  /** Whether the host looks like this just now. */
  async looksAlready(wanted: View): Promise<boolean> {
    return this.#equals((await this.look()).shape, wanted.shape);
  }

  /** Resolves when all guests have done what they do by themselves. */
  async rests(): Promise<void> {
    const restless = await this.#until(() => this.#findRestless());
    expect(restless).toBeUndefined();
  }

  /** Takes away all that verbs leave behind. */
  async clear(): Promise<void> {
    await this.startDaemon();
    const { findings } = await this.api.ask('fsck');
    if (findings.length > 0) await this.perform('repair', {});
    const { domains } = await this.api.ask('domains');
    for (const { uuid, domid } of domains) if (domid !== 0) await this.destroyed(uuid);
    const { dumpDir } = this.stateDir;
    for (const file of readdirSync(dumpDir)) rmSync(join(dumpDir, file));
    this.firstDomids = new Set();
    if (this.#idle !== undefined) await this.looksLike(this.#idle, 'shape');
  }

  /** Reads the history; without a daemon, for that one would still go on with it. */
  async read<T>(question: (history: History) => T): Promise<T> {
    await this.stopDaemon();
    const history = History.open(this.stateDir.historyDatabase);
    try {
      return question(history);
    } finally {
      history.close();
    }
  }

  /** Remembers which domids there are, to tell who has moved. */
  async remember(): Promise<void> {
    const domains = await this.hypervisor.domains();
    this.firstDomids = new Set(domains.map(({ domid }) => domid));
  }

  #equals(left: unknown, right: unknown): boolean {
    return JSON.stringify(left) === JSON.stringify(right);
  }

  /** Looks again after each event until there is nothing to be said; gives the last word. */
  async #until<T>(check: () => Promise<T | undefined>): Promise<T | undefined> {
    const giveUpAt = Date.now() + SETTLE_MS;
    for (;;) {
      const next = this.#events?.next(giveUpAt - Date.now());
      const word = await check();
      if (word === undefined || !(await next)) return word;
    }
  }

  /** A guest that runs connects its devices; one that has powered off is seen to. */
  async #findRestless(): Promise<string | undefined> {
    for (const { domid, paused, shutdown, dying } of await this.hypervisor.domains()) {
      if (shutdown === 'poweroff' || shutdown === 'reboot' || dying) return `${domid} is to go`;
      if (domid === 0 || paused || shutdown !== undefined) continue;
      const devices = `/local/domain/${domid}/device`;
      for (const kind of (await this.store.maybeList(devices)) ?? []) {
        if (kind === 'suspend') continue;
        for (const id of (await this.store.maybeList(`${devices}/${kind}`)) ?? []) {
          const front = `${devices}/${kind}/${id}`;
          const back = await this.store.maybeRead(`${front}/backend`);
          for (const end of [front, back]) {
            if ((await this.store.maybeRead(`${end}/state`)) !== '4')
              return `${end} is not connected`;
          }
        }
      }
    }
    return undefined;
  }
}
