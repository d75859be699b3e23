import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Domid } from '../../src/model/index.js';
import { config, finished, TestHost } from './helpers/embedded.js';
import { guests, nextStop, stop, stops } from './helpers/stops.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

async function restartDaemon(env: Readonly<Record<string, string>> = {}): Promise<void> {
  await host.stopDaemon();
  await host.startDaemon(env);
}

async function eventsOf(domain: string) {
  const { events } = await host.api.ask('history', { domain });
  return events.map(({ kind }) => kind);
}

describe('a domain that reboots in a loop', () => {
  const looping = (ms: number) => config('web', `extra = "exit=reboot@${ms}"`);

  test('is left as it is after a number of restarts, and the history says so', async () => {
    await restartDaemon({ DOMOVOI_RESTART_LIMIT: '3' });
    await host.created(looping(0));
    const last = await nextStop(host, 'web', 3);
    expect(last).toMatchObject({ status: 'succeeded', state: { action: 'preserve' } });
    expect(await guests(host)).toMatchObject([{ name: 'web', shutdown: 'reboot' }]);
    const { incarnations, events } = await host.api.ask('history', { domain: 'web' });
    expect(incarnations.map(({ cause }) => cause)).toEqual([
      'reboot',
      'reboot',
      'reboot',
      'create',
    ]);
    expect(events[0]).toMatchObject({
      kind: 'given-up',
      detail: { reason: 'reboot', restarts: 3, windowMs: 60_000 },
    });
    await restartDaemon();
    expect(await stops(host, 'web')).toHaveLength(4);
    expect(await guests(host)).toMatchObject([{ name: 'web', shutdown: 'reboot' }]);
    await host.destroyed('web');
  });

  test('has no more restarts when the daemon is started anew in between', async () => {
    await restartDaemon({ DOMOVOI_RESTART_LIMIT: '3' });
    await host.created(looping(100));
    await nextStop(host, 'web', 1);
    await restartDaemon({ DOMOVOI_RESTART_LIMIT: '3' });
    const last = await nextStop(host, 'web', 3);
    expect(last.state).toMatchObject({ action: 'preserve' });
    expect(await stops(host, 'web')).toHaveLength(4);
  });

  test('is restarted for ever when it takes its time', async () => {
    await restartDaemon({ DOMOVOI_RESTART_LIMIT: '2', DOMOVOI_RESTART_WINDOW_MS: '1' });
    await host.created(looping(20));
    expect((await nextStop(host, 'web', 5)).state).toMatchObject({ action: 'restart' });
    await host.destroyed('web');
  });
});

describe('what is to be done', () => {
  test('is what the store says, where it says something that is a word', async () => {
    const { newDomid, uuid } = await host.created(config('web', 'on_poweroff = "destroy"'));
    await host.store.write(`/vm/${String(uuid)}/on_poweroff`, 'restart');
    await host.store.write(`/vm/${String(uuid)}/on_crash`, 'restart\u0000; rm -rf');
    const { state } = await stop(host, newDomid, 'poweroff');
    expect(state).toMatchObject({ action: 'restart' });
    // What the admin said once holds for the next stop too.
    const again = await stop(host, state.newDomid, 'poweroff');
    expect(again.state).toMatchObject({ action: 'restart' });
    expect((await stop(host, again.state.newDomid, 'crash')).state).toMatchObject({
      action: 'destroy',
    });
  });

  test('is nothing for a domain that was created to be left alone', async () => {
    const reply = await host.api.change('create', {
      text: config('web'),
      file: join(host.stateDir.root, 'web.cfg'),
      cwd: host.stateDir.root,
      overrides: [],
      paused: false,
      unsupervised: true,
      requestedBy: 'test',
    });
    const { state } = await finished(reply);
    await host.hypervisor.shutdownDomain(state.newDomid as Domid, 'poweroff');
    while (!(await eventsOf('web')).includes('shutdown'));
    await restartDaemon();
    expect(await stops(host, 'web')).toEqual([]);
    expect(await guests(host)).toMatchObject([{ name: 'web', shutdown: 'poweroff' }]);
    expect(await eventsOf('web')).toEqual(['shutdown', 'began']);
  });

  test('is nothing for a domain that another toolstack has made', async () => {
    const domid = await host.hypervisor.createDomain({
      uuid: '0f8fad5b-d9cb-469f-a165-70867728950e' as never,
      type: 'pv',
      maxVcpus: 1,
    });
    await host.hypervisor.shutdownDomain(domid, 'crash');
    await restartDaemon();
    expect(await guests(host)).toMatchObject([{ domid, shutdown: 'crash' }]);
  });

  test('is done once for what stopped while there was no daemon', async () => {
    const one = await host.created(config('one'));
    const two = await host.created(config('two'));
    await host.stopDaemon();
    await host.hypervisor.shutdownDomain(one.newDomid as Domid, 'poweroff');
    await host.hypervisor.shutdownDomain(two.newDomid as Domid, 'reboot');
    await host.startDaemon();
    const { state } = await nextStop(host, 'two', 0);
    await nextStop(host, 'one', 0);
    expect(await guests(host)).toMatchObject([{ domid: state.newDomid, name: 'two' }]);
    await restartDaemon();
    expect(await stops(host, 'one')).toHaveLength(1);
    expect(await stops(host, 'two')).toHaveLength(1);
  });
});

describe('a restart that fails', () => {
  test('for want of its kernel leaves nothing but the config and the reason', async () => {
    const before = await host.traces();
    const kernel = join(host.stateDir.root, 'kernel');
    writeFileSync(kernel, '#!domovoi-guest\n');
    const { newDomid, uuid } = await host.created(config('web', `kernel = "${kernel}"`));
    rmSync(kernel);
    const failed = await stop(host, newDomid, 'reboot');
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'ENOENT' } });
    expect(failed.error?.where).toContain('step build');
    expect(await host.traces()).toEqual(before);
    const { incarnations } = await host.api.ask('history', { domain: String(uuid) });
    expect(incarnations.map(({ end }) => end)).toEqual(['shutdown']);
    await restartDaemon();
    expect(await stops(host, String(uuid))).toHaveLength(1);
    // The name is free again.
    await host.created(config('web'));
  });

  test('for want of memory, after it was renamed, leaves the old domain aside', async () => {
    const extra = 'on_crash = "rename-restart"\nmemory = 2000';
    const { newDomid, uuid } = await host.created(config('web', extra));
    const failed = await stop(host, newDomid, 'crash');
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'ENOMEM' } });
    const [aside, ...others] = await guests(host);
    expect(others).toEqual([]);
    expect(aside).toMatchObject({ domid: newDomid, shutdown: 'crash' });
    expect(aside?.uuid).not.toBe(uuid);
    const { incarnations } = await host.api.ask('history', { domain: aside?.uuid ?? '' });
    expect(incarnations.map(({ cause, end }) => [cause, end])).toEqual([['preserve', undefined]]);
    await host.destroyed(String(aside?.name));
  });

  test('of a soft reset ends the domain', async () => {
    const before = await host.traces();
    const { newDomid } = await host.created(config('web'));
    await restartDaemon({ DOMOVOI_FAULT: 'write-details:after=fail' });
    const failed = await stop(host, newDomid, 'soft-reset');
    expect(failed.status).toBe('failed');
    expect(await host.traces()).toEqual(before);
    const { incarnations } = await host.api.ask('history', { domain: 'web' });
    expect(incarnations.map(({ end }) => end)).toEqual(['shutdown']);
    await restartDaemon();
    await host.created(config('web'));
  });
});

describe('a domain that is destroyed', () => {
  test('by its name in the midst of a loop of reboots stays destroyed', async () => {
    const before = await host.traces();
    await restartDaemon({ DOMOVOI_RESTART_LIMIT: '1000000' });
    for (let round = 1; round <= 4; round += 1) {
      const { uuid } = await host.created(config('web', 'extra = "exit=reboot@0"'));
      await nextStop(host, String(uuid), round % 3);
      await host.destroyed('web');
      expect(await guests(host)).toEqual([]);
      const { incarnations } = await host.api.ask('history', { domain: String(uuid) });
      expect(incarnations[0]?.end).toBe('destroy');
    }
    while ((await host.api.ask('status')).operations.running > 0);
    expect(await host.traces()).toEqual(before);
  });

  test('just when it stops is not brought back', async () => {
    const before = await host.traces();
    for (let round = 0; round < 10; round += 1) {
      const { newDomid } = await host.created(config('web'));
      const destroyed = host.api
        .change('destroy', { domain: String(newDomid), requestedBy: 'test' })
        .then(finished);
      await host.hypervisor.shutdownDomain(newDomid as Domid, 'reboot').catch(() => undefined);
      await destroyed.catch(() => undefined);
      // Behind everything that was queued for the domain by now.
      await host.api
        .change('destroy', { domain: 'web', requestedBy: 'test' })
        .then(finished, () => undefined);
    }
    while ((await host.api.ask('status')).operations.running > 0);
    expect(await host.traces()).toEqual(before);
  });
});

describe('a migration', () => {
  test('is no stop, and the domain is seen to wherever it is', async () => {
    await host.created(config('web'));
    const { newDomid } = await host.migrated('web');
    expect(await stops(host, 'web')).toEqual([]);
    const { state } = await stop(host, newDomid, 'reboot');
    expect(await guests(host)).toMatchObject([{ domid: state.newDomid, name: 'web' }]);
  });

  test('in which the guest crashes is given up, and the crash is seen to', async () => {
    const before = await host.traces();
    const { newDomid } = await host.created(config('web', 'extra = "dirty_rate=2000"'));
    let end = '';
    for await (const line of await host.migrate('web', { bandwidthKib: 2_000 })) {
      if (line.event === 'progress') {
        await host.hypervisor.shutdownDomain(newDomid as Domid, 'crash');
      }
      if (line.event === 'finished') end = line.status;
    }
    expect(end).toBe('failed');
    expect(await nextStop(host, 'web', 0)).toMatchObject({ state: { action: 'destroy' } });
    expect(await host.traces()).toEqual(before);
  });
});
