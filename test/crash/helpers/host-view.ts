import { apiClient } from '../../../src/client/api-client.js';
import { stopDaemon } from '../../../src/client/daemon-control.js';
import { EmbeddedHypervisor } from '../../../src/hypervisor/embedded/embedded-hypervisor.js';
import type { ChangeName, Changes, JsonObject, OperationRecord } from '../../../src/model/index.js';
import { XenStoreClient } from '../../../src/xenstore/client.js';
import { finished } from '../../daemon/helpers/embedded.js';
import type { Domovoi } from '../../e2e/helpers/domovoi.js';
import { dump, lines } from '../../layout/dump.js';

/** What a guest does in its own time, and what never stands still. */
const RESTLESS = ['cpuTimeNs', 'running', 'blocked', 'memoryKib', 'vcpus'];

/** All that a change of a running domain could leave behind, for comparing. */
export interface View {
  readonly tree: readonly string[];
  readonly domain: JsonObject;
  readonly affinities: readonly unknown[];
  readonly scheduling: unknown;
}

/** A host with one domain, on whose daemon anything may come over. */
export class ViewedHost {
  readonly host: Domovoi;
  readonly #store: XenStoreClient;
  readonly #hypervisor: EmbeddedHypervisor;

  private constructor(host: Domovoi, store: XenStoreClient, hypervisor: EmbeddedHypervisor) {
    this.host = host;
    this.#store = store;
    this.#hypervisor = hypervisor;
  }

  /** @param host whose machine runs */
  static async open(host: Domovoi): Promise<ViewedHost> {
    const { storeSocket, hypervisorSocket } = host.stateDir;
    const store = await XenStoreClient.connect(storeSocket);
    return new ViewedHost(host, store, await EmbeddedHypervisor.connect(hypervisorSocket));
  }

  async close(): Promise<void> {
    await this.#store.close();
    this.#hypervisor.close();
    await this.host.close();
  }

  /** Starts the daemon anew, to die of a fault or to recover from one. */
  async restart(fault = ''): Promise<void> {
    await stopDaemon(this.host.stateDir);
    const result = await this.host.run(['daemon', 'start'], { env: { DOMOVOI_FAULT: fault } });
    if (result.code !== 0) throw new Error(result.stderr);
  }

  /** Resolves when a node has a value. */
  async until(path: string, wanted: string): Promise<void> {
    const check = (value: string | undefined) => (value === wanted ? true : undefined);
    await this.#store.waitFor(path, check, { timeoutMs: 30_000 });
  }

  /** Asks for a change, and gives how it ended; rejects when the daemon dies of it. */
  async change<Name extends ChangeName>(
    name: Name,
    wanted: Omit<Changes[Name], 'requestedBy'>,
  ): Promise<string> {
    const request = { ...wanted, requestedBy: 'test' } as unknown as Changes[Name];
    const { status } = await finished(await this.#api.change(name, request));
    return status;
  }

  /** The newest operation. */
  async latest(): Promise<OperationRecord> {
    const { operations } = await this.#api.ask('history', { limit: 1 });
    const [operation] = operations;
    if (operation === undefined) throw new Error('nothing has been done');
    return operation;
  }

  /** The one domain, from all sides. */
  async look(): Promise<View> {
    const { domains } = await this.#api.ask('domains', { long: true });
    const [, domain] = domains;
    if (domain === undefined) throw new Error('the domain is gone');
    const vcpus = await this.#hypervisor.vcpus(domain.domid);
    const still = Object.entries(domain).filter(([key]) => !RESTLESS.includes(key));
    return {
      tree: lines(await dump(this.#store)),
      domain: Object.fromEntries(still) as JsonObject,
      affinities: vcpus.map(({ hardAffinity, softAffinity }) => [hardAffinity, softAffinity]),
      scheduling: await this.#hypervisor.scheduling(domain.domid),
    };
  }

  get #api() {
    return apiClient(this.host.stateDir.daemonSocket);
  }
}
