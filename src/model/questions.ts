import type {
  AwaitedState,
  ConsolePlace,
  DomainUptime,
  HostReport,
  LoadReport,
  SchedulingReport,
  VcpuLists,
  WaitReply,
} from './answers.js';
import type { DaemonStatus, DomainList, Fate, HistoryReply } from './api.js';
import type { AuditReport } from './audit.js';
import type { DiskList, VifList } from './devices.js';
import type { Domid, Uuid } from './ids.js';

export interface FateQuery {
  readonly domid: Domid;
  readonly uuid: Uuid;
  /** Answer only when it is gone: that it has stopped is known. */
  readonly gone?: boolean;
}

/** A question about one domain: by name, domid, UUID or an unambiguous prefix of one. */
interface AboutDomain {
  readonly domain: string;
}
/** A question about one domain, or all of them. */
type AboutDomains = Partial<AboutDomain>;

/**
 * All that can be asked to be told, by the name of the question: `GET /v1/<name>?key=value…`, with
 * a JSON reply. A query's `true` is sent as `1`, its `false` and undefined are left out.
 */
export interface Questions {
  status: { query: object; reply: DaemonStatus };
  /** `long`: with configs as they are kept here; `libxl`: with configs in the JSON of libxl. */
  domains: {
    query: AboutDomains & { readonly long?: boolean; readonly libxl?: boolean };
    reply: DomainList;
  };
  'block-list': { query: AboutDomain; reply: DiskList };
  'network-list': { query: AboutDomain; reply: VifList };
  fsck: { query: object; reply: AuditReport };
  history: { query: AboutDomains & { readonly limit?: number }; reply: HistoryReply };
  /** Answered when the domain has stopped, or gone, but in any case before long. */
  fate: { query: FateQuery; reply: Fate };
  vcpus: { query: AboutDomains; reply: VcpuLists };
  uptime: { query: AboutDomains; reply: { readonly domains: readonly DomainUptime[] } };
  host: { query: object; reply: HostReport };
  /** The names of the CPU pools, by their numbers. */
  pools: { query: object; reply: { readonly names: Readonly<Record<number, string>> } };
  scheduling: { query: AboutDomains; reply: SchedulingReport };
  /** What all domains take of the host just now. */
  load: { query: object; reply: LoadReport };
  /** Where to attach to a guest's console; `number` counts those that `xl console -n` counts. */
  console: {
    query: AboutDomain & { readonly number?: number; readonly type?: 'pv' | 'serial' };
    reply: ConsolePlace;
  };
  /** The hypervisor's own messages; `clear` forgets what is told. */
  messages: { query: { readonly clear?: boolean }; reply: { readonly text: string } };
  /** Answers when the domain has got there, or after `timeoutMs` at the latest. */
  wait: {
    query: AboutDomain & { readonly for: AwaitedState; readonly timeoutMs: number };
    reply: WaitReply;
  };
}
export type QuestionName = keyof Questions;
