import type { ApiClient } from '../client/api-client.js';
import {
  type Domid,
  type JsonObject,
  type ListedDomain,
  SHUTDOWN_REASONS,
  type ShutdownReason,
  type Uuid,
} from '../model/index.js';
import { escapeText } from '../render/escape.js';
import { awaitFate } from './await-fate.js';

/** A domain to be looked after, with the config that it was made from. */
export interface Ward {
  readonly domid: Domid;
  readonly uuid: Uuid;
  readonly name: string;
  readonly config: JsonObject;
}

/** How long a domain that is to start again may take to be there, in ms. */
const RETURN_MS = 20_000;

/** Where a config says what is to be done; a suspended domain is only waited for. */
const ACTION_KEYS: Readonly<Record<Exclude<ShutdownReason, 'suspend'>, string>> = {
  poweroff: 'onPoweroff',
  reboot: 'onReboot',
  crash: 'onCrash',
  watchdog: 'onWatchdog',
  'soft-reset': 'onSoftReset',
};

type Ask = <Reply>(question: (daemon: ApiClient) => Promise<Reply>) => Promise<Reply>;

/**
 * Tells, in the words of `xl create -F`, what happens to a domain until it is gone for good or is
 * kept as it stopped. What is done about it is the daemon's business.
 * @param ask asks the daemon, and may be called as often as it takes
 */
export async function watchOver(ask: Ask, ward: Ward, say: (line: string) => void): Promise<void> {
  const { uuid, config } = ward;
  const name = escapeText(ward.name);
  const fateOf = (domid: Domid, gone: boolean) =>
    awaitFate((query) => ask((daemon) => daemon.ask('fate', query)), { domid, uuid }, gone);
  const back = (): Promise<{ readonly domain?: ListedDomain; readonly reached: boolean }> =>
    ask((daemon) => daemon.ask('wait', { domain: uuid, for: 'running', timeoutMs: RETURN_MS }));

  for (let domid = ward.domid; ; ) {
    say(`Waiting for domain ${name} (domid ${domid}) to die [pid ${process.pid}]`);
    const fate = await fateOf(domid, false);
    if (fate.state === 'gone') return say(`Domain ${domid} has been destroyed.`);
    const { code } = fate;
    say(`Domain ${domid} has shut down, reason code ${code} 0x${code.toString(16)}`);
    const reason = SHUTDOWN_REASONS[code];
    if (reason === undefined || reason === 'suspend') {
      say('Domain has suspended.');
      say(`Continue waiting for domain ${domid}`);
      await fateOf(domid, true);
      return say(`Domain ${domid} has been destroyed.`);
    }
    const action = String(config[ACTION_KEYS[reason]]);
    say(`Action for shutdown reason code ${code} is ${escapeText(action)}`);
    if (action === 'preserve') return say('Done. Exiting now');
    if (action !== 'soft-reset') {
      say(`Domain ${domid} needs to be cleaned up: destroying the domain`);
      if (!(await isCleanedUp(ask, uuid, domid))) {
        say(`Domain ${domid} is kept as it stopped: see domovoi history`);
        return say('Done. Exiting now');
      }
    }
    if (action.endsWith('destroy')) return say('Done. Exiting now');
    const { reached, domain } = await back();
    if (!reached || domain === undefined) return say('Done. Exiting now');
    say('Done. Rebooting now');
    ({ domid } = domain);
  }
}

/** Waits until a stopped domain is gone; false when the daemon has decided to keep it instead. */
async function isCleanedUp(ask: Ask, uuid: Uuid, domid: Domid): Promise<boolean> {
  for (;;) {
    const { state } = await ask((daemon) => daemon.ask('fate', { domid, uuid, gone: true }));
    if (state === 'gone') return true;
    const { operations } = await ask((daemon) => daemon.ask('history', { domain: uuid, limit: 1 }));
    const [latest] = operations;
    if (latest?.kind === 'stopped' && latest.endedAt !== undefined) return false;
  }
}
