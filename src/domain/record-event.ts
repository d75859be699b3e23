import type { Domid, JsonObject, LifecycleKind, Uuid } from '../model/index.js';
import type { Host } from './host.js';

/** Writes down what has just happened to a domain. */
export function recordEvent(
  host: Host,
  domain: { readonly uuid: Uuid; readonly domid: Domid },
  kind: LifecycleKind,
  detail: JsonObject = {},
): void {
  const { uuid, domid } = domain;
  host.chronicle.appendEvent({ at: Date.now(), uuid, domid, kind, detail });
}
