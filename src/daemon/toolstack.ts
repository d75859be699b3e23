import { listDevices } from '../devices/index.js';
import {
  completeConfigFromJson,
  currentIncarnation,
  findDomain,
  type Host,
  type Leaving,
  noSuchDomain,
  type Standing,
} from '../domain/index.js';
import type { History } from '../history/index.js';
import type { CompleteConfig } from '../layout/index.js';
import {
  DOM0,
  type ListedDomain,
  type PreviewLine,
  ToolstackError,
  type Uuid,
} from '../model/index.js';
import { type OperationQueue, type OperationRequest, withDeadline } from '../operations/index.js';
import { preview } from '../preview/index.js';
import { stepsOf } from './steps.js';

/** How long a plan that is only to be looked at may take to be made. */
const PREVIEW_MS = 20_000;

/** What changes and questions work with, and how they find what they are about. */
export class Toolstack {
  readonly host: Host;
  readonly history: History;
  readonly queue: OperationQueue;

  constructor(host: Host, history: History, queue: OperationQueue) {
    this.host = host;
    this.history = history;
    this.queue = queue;
  }

  /**
   * The guest that a reference means.
   * @param what is to be done with it, for the error: `destroyed`
   * @throws ToolstackError no-such-domain; EINVAL for domain 0
   */
  async findGuest(reference: string, what: string): Promise<ListedDomain> {
    const domain = await findDomain(this.host, reference);
    if (domain.domid === DOM0) {
      throw new ToolstackError('EINVAL', `domain 0 cannot be ${what}: it is the host's own`);
    }
    return domain;
  }

  /**
   * The UUID of the guest that a reference means, also where just now it has no domid: in a restart.
   * @throws ToolstackError as {@link findGuest}
   */
  async findUuid(reference: string, what: string): Promise<Uuid> {
    const { names } = this.host;
    // Asked before and after: the name may go from the claim to a tree while the trees are read.
    const before = names.holder(reference);
    try {
      return (await this.findGuest(reference, what)).uuid;
    } catch (error) {
      const holder = before ?? names.holder(reference);
      if (holder === undefined) throw error;
      return holder;
    }
  }

  /**
   * The domain that `reference` meant when it was asked for, where it is by now: while the request
   * waited it may have moved to another domid, and the number or name may be another's.
   * @throws ToolstackError no-such-domain when it has gone
   */
  async locate(uuid: Uuid, reference: string): Promise<Omit<Leaving, 'devices'>> {
    const current = await currentIncarnation(this.host, uuid);
    if (current === undefined) throw noSuchDomain(reference);
    const { domid, name } = current;
    return { domid, uuid, name: name ?? `domain ${domid}` };
  }

  /** The same, with the devices that it has. @throws ToolstackError no-such-domain */
  async observe(uuid: Uuid, reference: string): Promise<Leaving> {
    const domain = await this.locate(uuid, reference);
    return { ...domain, devices: await listDevices(this.host.store, domain.domid) };
  }

  /** The same, for a change while it stays where it is. @throws ToolstackError no-such-domain */
  async stand(uuid: Uuid, reference: string): Promise<Standing> {
    const info = await currentIncarnation(this.host, uuid);
    if (info === undefined || info.dying) throw noSuchDomain(reference);
    const name = info.name ?? `domain ${info.domid}`;
    const isKnown = this.history.records.config(uuid) !== undefined;
    return { info, name, config: isKnown ? this.configOf({ uuid, name }) : undefined };
  }

  /**
   * What a change would do, on the domain as it is now: it waits for nobody's turn.
   * @throws ToolstackError what the change would fail with
   */
  async preview({ plan }: OperationRequest): Promise<PreviewLine> {
    const made = await withDeadline(PREVIEW_MS, 'The planning', plan);
    const [latest] = this.history.queries.incarnations({ limit: 1 });
    return preview(made, { host: this.host, stepsOf, lastDomid: latest?.domid ?? 0 });
  }

  /** What the domain was made from. @throws ToolstackError ENOTSUP where that is not known */
  configOf({ uuid, name }: { readonly uuid: Uuid; readonly name: string }): CompleteConfig {
    const json = this.history.records.config(uuid);
    if (json === undefined) {
      throw new ToolstackError('ENOTSUP', `the configuration of "${name}" is not known here`, {
        suggestions: [
          'It is known of domains that domovoi created; "domovoi adopt" takes others over.',
        ],
      });
    }
    return completeConfigFromJson(json, uuid);
  }
}
