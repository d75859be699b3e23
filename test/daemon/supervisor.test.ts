import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SHUTDOWN_ACTIONS } from '../../src/config/index.js';
import type { Domid, ShutdownReason } from '../../src/model/index.js';
import { config, TestHost } from './helpers/embedded.js';
import { guests, stop } from './helpers/stops.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

const REASONS = [
  ['poweroff', 'on_poweroff'],
  ['reboot', 'on_reboot'],
  ['crash', 'on_crash'],
  ['watchdog', 'on_watchdog'],
  ['soft-reset', 'on_soft_reset'],
] as const satisfies readonly (readonly [ShutdownReason, string])[];

/** The devices of a running guest, once it has connected them. */
async function expectToRun(domid: Domid, name: string): Promise<void> {
  await host.until(`/local/domain/${domid}/device/vbd/51712/state`, (state) => state === '4');
  await host.until(`/local/domain/${domid}/device/vif/0/state`, (state) => state === '4');
  expect(await host.store.readText(`/local/domain/${domid}/name`)).toBe(name);
  const running = (await guests(host)).find((guest) => guest.domid === domid);
  expect(running).toMatchObject({ name, paused: false, dying: false });
  expect(running?.shutdown).toBeUndefined();
}

function dumps(): Buffer[] {
  const { dumpDir } = host.stateDir;
  return readdirSync(dumpDir).map((file) => readFileSync(join(dumpDir, file)));
}

async function lineage(domain: string) {
  const { incarnations } = await host.api.ask('history', { domain });
  return incarnations.map(({ domid, cause, end }) => [domid, cause, end]);
}

describe.each(REASONS)('a domain that stops: %s', (reason, key) => {
  test.each(SHUTDOWN_ACTIONS)(`with ${key}="%s"`, async (action) => {
    const before = await host.traces();
    const created = await host.created(config('web', `${key} = "${action}"`));
    const { uuid } = created;
    const old = created.newDomid as Domid;
    const done = await stop(host, old, reason);
    expect(done).toMatchObject({ status: 'succeeded', name: 'web', state: { reason, action } });
    expect(dumps().map((core) => core.subarray(0, 4))).toEqual(
      action.startsWith('coredump') ? [Buffer.from('\x7fELF')] : [],
    );
    const { events } = await host.api.ask('history', { domain: String(uuid) });
    expect(events.filter(({ kind }) => kind === 'shutdown')).toMatchObject([
      { domid: old, detail: { reason } },
    ]);

    switch (action) {
      case 'destroy':
      case 'coredump-destroy':
        expect(await host.traces()).toEqual(before);
        expect(await lineage('web')).toEqual([[old, 'create', 'shutdown']]);
        return;
      case 'preserve':
        expect(await guests(host)).toMatchObject([{ domid: old, name: 'web', shutdown: reason }]);
        expect(await lineage('web')).toEqual([[old, 'create', undefined]]);
        break;
      case 'restart':
      case 'coredump-restart': {
        const now = done.state.newDomid as Domid;
        expect(now).not.toBe(old);
        expect(await guests(host)).toMatchObject([{ domid: now, uuid }]);
        await expectToRun(now, 'web');
        expect(await lineage('web')).toEqual([
          [now, 'reboot', undefined],
          [old, 'create', 'shutdown'],
        ]);
        break;
      }
      case 'rename-restart': {
        const now = done.state.newDomid as Domid;
        const [aside] = (await guests(host)).filter(({ domid }) => domid === old);
        expect(aside?.name).toMatch(/^web-\d{8}T\d{4}Z$/);
        expect(aside).toMatchObject({ shutdown: reason });
        expect(aside?.uuid).not.toBe(uuid);
        const vm = `/vm/${aside?.uuid}`;
        expect(await host.store.readText(`/local/domain/${old}/vm`)).toBe(vm);
        expect(await host.store.readText(`${vm}/name`)).toBe(aside?.name);
        expect(await host.store.readText(`${vm}/uuid`)).toBe(aside?.uuid);
        expect(await host.store.list(`${vm}/domains`)).toEqual([String(old)]);
        expect(await host.store.list(`/vm/${String(uuid)}/domains`)).toEqual([String(now)]);
        await expectToRun(now, 'web');
        expect(await lineage(String(uuid))).toEqual([
          [now, 'reboot', undefined],
          [old, 'create', 'shutdown'],
        ]);
        expect(await lineage(String(aside?.uuid))).toEqual([[old, 'preserve', undefined]]);
        expect((await host.api.ask('fsck')).findings).toEqual([]);
        await host.destroyed(String(aside?.name));
        break;
      }
      case 'soft-reset':
        expect(await guests(host)).toMatchObject([{ domid: old, uuid }]);
        await expectToRun(old, 'web');
        expect(await lineage('web')).toEqual([[old, 'create', undefined]]);
        break;
    }
    expect((await host.api.ask('fsck')).findings).toEqual([]);
    await host.destroyed('web');
    expect(await host.traces()).toEqual(before);
  });
});
