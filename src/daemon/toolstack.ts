import { domainConfigFromJson, parseDomainConfig, withoutSecrets } from '../config/index.js';
import { listDevices } from '../devices/index.js';
import {
  completeConfig,
  currentIncarnation,
  findDomain,
  type Host,
  type Leaving,
  listDomains,
  noSuchDomain,
  planCreate,
  planDestroy,
} from '../domain/index.js';
import type { History } from '../history/index.js';
import type { CompleteConfig } from '../layout/index.js';
import { planLocalMigration } from '../migration/index.js';
import {
  type CreateRequest,
  type DestroyRequest,
  DOM0,
  type HistoryReply,
  type JsonObject,
  type ListedDomain,
  type MigrateRequest,
  ToolstackError,
  type Uuid,
  type WarningLine,
} from '../model/index.js';
import type { OperationHandle, OperationQueue } from '../operations/index.js';

const DEFAULT_HISTORY_LIMIT = 50;

/** What users can ask of the toolstack: turns requests into queued operations, and answers. */
export class Toolstack {
  readonly #host: Host;
  readonly #history: History;
  readonly #queue: OperationQueue;

  constructor(host: Host, history: History, queue: OperationQueue) {
    this.#host = host;
    this.#history = history;
    this.#queue = queue;
  }

  /** @throws ToolstackError config-invalid, with file:line:column */
  async create(
    request: CreateRequest,
  ): Promise<{ warnings: WarningLine[]; operation: OperationHandle }> {
    const { text, file, overrides, cwd, requestedBy } = request;
    const parsed = parseDomainConfig(text, { file, overrides });
    const config = withoutSecrets(
      await completeConfig(parsed.config, { cwd, file }),
    ) as CompleteConfig;
    const operation = this.#queue.submit({
      uuid: config.uuid,
      requestedBy,
      plan: () => Promise.resolve(planCreate(config, request.paused)),
    });
    const warnings = parsed.warnings.map((warning) => ({ event: 'warning' as const, ...warning }));
    return { warnings, operation };
  }

  /** @throws ToolstackError no-such-domain */
  async destroy({ domain, requestedBy }: DestroyRequest): Promise<OperationHandle> {
    const { uuid } = await this.#find(domain, 'destroyed');
    return this.#queue.submit({
      uuid,
      requestedBy,
      plan: async () => planDestroy(await this.#observe(uuid, domain)),
    });
  }

  /** @throws ToolstackError no-such-domain, ENOTSUP for a destination other than localhost */
  async migrate(request: MigrateRequest): Promise<OperationHandle> {
    const { domain, destination, requestedBy, maxDowntimeMs, bandwidthKib } = request;
    if (destination !== 'localhost') {
      throw new ToolstackError('ENOTSUP', `cannot migrate to "${destination}"`, {
        suggestions: ['Only localhost is possible yet.'],
      });
    }
    const { uuid } = await this.#find(domain, 'migrated');
    return this.#queue.submit({
      uuid,
      requestedBy,
      plan: async () => {
        const leaving = await this.#observe(uuid, domain);
        const config = { ...this.#configOf(leaving), name: leaving.name };
        return planLocalMigration(leaving, config, {
          ...(maxDowntimeMs === undefined ? {} : { maxDowntimeMs }),
          ...(bandwidthKib === undefined ? {} : { bandwidthKib }),
        });
      },
    });
  }

  /** @throws ToolstackError no-such-domain */
  async domains(reference: string | undefined, long: boolean): Promise<ListedDomain[]> {
    const domains =
      reference === undefined
        ? await listDomains(this.#host)
        : [await findDomain(this.#host, reference)];
    if (!long) return domains;
    return domains.map((domain) => {
      const config = this.#history.records.config(domain.uuid);
      return config === undefined ? domain : { ...domain, config };
    });
  }

  /** @throws ToolstackError no-such-domain for one that was never heard of */
  history(reference: string | undefined, limit = DEFAULT_HISTORY_LIMIT): HistoryReply {
    const { queries } = this.#history;
    const uuid = reference === undefined ? undefined : queries.find(reference);
    if (reference !== undefined && uuid === undefined) {
      throw new ToolstackError('no-such-domain', `the history knows no domain "${reference}"`, {
        suggestions: ['"domovoi history" shows all that it knows.'],
      });
    }
    const filter = { limit, ...(uuid === undefined ? {} : { uuid }) };
    return {
      operations: queries.operations(filter),
      incarnations: queries.incarnations(filter),
      events: queries.events(filter),
    };
  }

  async #find(reference: string, what: string): Promise<ListedDomain> {
    const domain = await findDomain(this.#host, reference);
    if (domain.domid === DOM0) {
      throw new ToolstackError('EINVAL', `domain 0 cannot be ${what}: it is the host's own`);
    }
    return domain;
  }

  /**
   * The domain that `reference` meant when it was asked for, where it is by now: while the request
   * waited it may have moved to another domid, and the number or name may be another's.
   */
  async #observe(uuid: Uuid, reference: string): Promise<Leaving> {
    const current = await currentIncarnation(this.#host, uuid);
    if (current === undefined) throw noSuchDomain(reference);
    const { domid, name } = current;
    const devices = await listDevices(this.#host.store, domid);
    return { domid, uuid, name: name ?? `domain ${domid}`, devices };
  }

  #configOf({ uuid, name }: Leaving): CompleteConfig {
    const json: JsonObject | undefined = this.#history.records.config(uuid);
    if (json === undefined) {
      throw new ToolstackError('ENOTSUP', `the configuration of "${name}" is not known here`, {
        suggestions: ['Only domains that domovoi created can be migrated.'],
      });
    }
    return { ...domainConfigFromJson(json), uuid };
  }
}
