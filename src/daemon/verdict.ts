import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { listDevices } from '../devices/index.js';
import {
  actionOn,
  completeConfigFromJson,
  type Host,
  isLooping,
  type Leaving,
  listDomains,
  planStopped,
  type RestartLimits,
  runsAgain,
  successorOf,
  type Verdict,
  withStopWords,
} from '../domain/index.js';
import type { History } from '../history/index.js';
import { consoleTtyPath, namePath, readStopWords } from '../layout/index.js';
import { type Plan, ToolstackError, type Uuid } from '../model/index.js';
import { readStopRecord, type StoppedDomain } from './stop-record.js';

/** What it takes to decide what becomes of domains that have stopped. */
export interface Court {
  readonly host: Host;
  readonly history: History;
  readonly limits: RestartLimits;
  /** Where cores go. Absolute. */
  readonly dumpDir: string;
}

/**
 * Looks at a domain that has stopped, once its turn has come, and plans what its config wants.
 * @throws ToolstackError cancelled when it is not there any more, or has been dealt with
 */
export async function judge(court: Court, { uuid, domid }: StoppedDomain): Promise<Plan> {
  const { host, history, limits, dumpDir } = court;
  const info = await host.hypervisor.domain(domid);
  const json = history.records.config(uuid);
  if (info?.uuid !== uuid || !hasStopped(info) || json === undefined) throw nothingToDo(domid);
  const record = readStopRecord(history, info);
  if (record.isSettled) throw nothingToDo(domid);

  const words = await readStopWords(host.store, uuid);
  const saved = withStopWords(completeConfigFromJson(json, uuid), words);
  const name = (await host.store.maybeRead(namePath(domid))) ?? saved.name;
  const config = { ...saved, name };
  const domain: Leaving = { domid, uuid, name, devices: await listDevices(host.store, domid) };

  const consoleTty = await host.store.maybeRead(consoleTtyPath(domid));
  const now = new Date();
  const reason = info.shutdown;
  const wanted: Verdict = {
    reason,
    action: actionOn(config, reason),
    config: successorOf(config),
    dumpFile: join(dumpDir, `${fileName(name)}-${compact(now, 'seconds')}`),
    ...(consoleTty === undefined ? {} : { consoleTty }),
    aside: { uuid: randomUUID() as Uuid, name: await freeName(host, name, now) },
  };
  const { noticedAt = now.getTime(), restartedAt, wasAsked } = record;
  const helpsNot =
    runsAgain(wanted.action) && !wasAsked && isLooping(restartedAt, noticedAt, limits);
  return planStopped(
    domain,
    helpsNot ? { ...wanted, action: 'preserve', givenUp: { ...limits } } : wanted,
  );
}

/** A suspended domain is being saved or migrated, and whoever does that sees to it. */
export function hasStopped(info: {
  readonly shutdown?: unknown;
  readonly dying: boolean;
}): info is StoppedDomain {
  return info.shutdown !== undefined && info.shutdown !== 'suspend' && !info.dying;
}

function nothingToDo(domid: number): ToolstackError {
  return new ToolstackError('cancelled', `there is nothing to be done about domain ${domid} now`);
}

/** As libxl_domain_preserve names it, and with a number where two stop within a minute. */
async function freeName(host: Host, name: string, at: Date): Promise<string> {
  const taken = new Set((await listDomains(host)).map((domain) => domain.name));
  const base = `${name}-${compact(at, 'minutes')}`;
  let candidate = base;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${base}-${count}`;
  return candidate;
}

/** UTC without what file systems dislike: `20261121T1805Z`. */
function compact(at: Date, precision: 'minutes' | 'seconds'): string {
  const digits = at.toISOString().replaceAll(/[-:]/g, '');
  return `${digits.slice(0, precision === 'minutes' ? 13 : 15)}Z`;
}

/** A name that leads nowhere else and starts with no dot. */
function fileName(name: string): string {
  return name.replaceAll(/[^\w.+-]/g, '_').replace(/^\./, '_');
}
