import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ApiClient, apiClient } from '../../../src/client/api-client.js';
import { daemonStatus } from '../../../src/client/daemon-control.js';
import { EmbeddedHypervisor } from '../../../src/hypervisor/embedded/embedded-hypervisor.js';
import { XenStoreClient } from '../../../src/xenstore/client.js';
import { Domovoi, type Result } from '../../e2e/helpers/domovoi.js';
import { processesOf } from '../../e2e/helpers/processes.js';
import { dump, lines } from '../../layout/dump.js';
import type { Witnesses } from '../../model/agreement.js';
import type { Calamity } from './calamity.js';

/** A host of real processes that calamities come over, and those who tell of it. */
export class StrickenHost implements Witnesses {
  readonly #host = new Domovoi();
  #store: XenStoreClient | undefined;
  #hypervisor: EmbeddedHypervisor | undefined;

  static async start(): Promise<StrickenHost> {
    const stricken = new StrickenHost();
    await stricken.recover();
    return stricken;
  }

  get api(): ApiClient {
    return apiClient(this.#host.stateDir.daemonSocket);
  }

  get store(): XenStoreClient {
    if (this.#store === undefined) throw new Error('the host was not recovered');
    return this.#store;
  }

  get hypervisor(): EmbeddedHypervisor {
    if (this.#hypervisor === undefined) throw new Error('the host was not recovered');
    return this.#hypervisor;
  }

  /** Runs `domovoi …`, a process of its own. */
  run(...args: readonly string[]): Promise<Result> {
    return this.#host.run(args);
  }

  /** Lets it happen. @param workMs how long it takes what is under way */
  async suffer(calamity: Calamity, workMs: number): Promise<void> {
    if (calamity.what === 'nothing') return;
    const daemon = (await daemonStatus(this.#host.stateDir))?.pid;
    const machine = processesOf(this.#host.root).find(({ command }) =>
      command.includes('/machine/main.js'),
    )?.pid;
    if (daemon === undefined || machine === undefined) throw new Error('nothing runs');
    await delay(calamity.at * workMs);
    switch (calamity.what) {
      case 'daemon dies':
        process.kill(daemon, 'SIGKILL');
        break;
      case 'machine dies':
        process.kill(machine, 'SIGKILL');
        break;
      case 'both die':
        process.kill(machine, 'SIGKILL');
        process.kill(daemon, 'SIGKILL');
        break;
      case 'daemon hangs':
      case 'machine hangs': {
        const pid = calamity.what === 'daemon hangs' ? daemon : machine;
        process.kill(pid, 'SIGSTOP');
        await delay(calamity.forMs);
        process.kill(pid, 'SIGCONT');
        return;
      }
    }
    for (const afterMs of calamity.again) {
      const command = this.#host.run(['list']);
      await delay(afterMs);
      await this.#host.killDaemon();
      await command;
    }
  }

  /** What recovery is to the user: any command starts what is missing. */
  async recover(about = ''): Promise<void> {
    const { code, stderr } = await this.#host.run(['list']);
    expect({ code, stderr: code === 0 ? '' : stderr }, about).toEqual({ code: 0, stderr: '' });
    await this.#letGo();
    const { storeSocket, hypervisorSocket } = this.#host.stateDir;
    this.#store = await XenStoreClient.connect(storeSocket);
    this.#hypervisor = await EmbeddedHypervisor.connect(hypervisorSocket);
  }

  /** All that could be left of domains and operations that are gone. */
  async traces() {
    const { root, stateDir } = this.#host;
    const { freeMemoryKib } = await this.hypervisor.hostInfo();
    return {
      tree: lines(await dump(this.store)),
      freeMemoryKib,
      domains: (await this.hypervisor.domains()).map(({ domid }) => domid),
      consoles: filesIn(join(root, 'machine/console')),
      guestSockets: filesIn(join(root, 'xenstored/domain')),
      files: filesIn(root).filter((name) => name !== 'dumps'),
      services: this.#host.services(),
      processes: processesOf(stateDir.root).length,
    };
  }

  async close(): Promise<void> {
    await this.#letGo();
    await this.#host.close();
  }

  async #letGo(): Promise<void> {
    this.#hypervisor?.close();
    await this.#store?.close().catch((error: unknown) => expect(error).toBeInstanceOf(Error));
  }
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
