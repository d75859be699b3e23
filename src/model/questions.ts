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

/**
 * All that can be asked to be told, by the name of the question: `GET /v1/<name>?key=value…`, with
 * a JSON reply. A query's `true` is sent as `1`, its `false` and undefined are left out.
 */
export interface Questions {
  status: { query: object; reply: DaemonStatus };
  domains: { query: { readonly domain?: string; readonly long?: boolean }; reply: DomainList };
  'block-list': { query: { readonly domain: string }; reply: DiskList };
  'network-list': { query: { readonly domain: string }; reply: VifList };
  fsck: { query: object; reply: AuditReport };
  history: { query: { readonly domain?: string; readonly limit?: number }; reply: HistoryReply };
  /** Answered when the domain has stopped, or gone, but in any case before long. */
  fate: { query: FateQuery; reply: Fate };
}
export type QuestionName = keyof Questions;
