import { afterEach, describe, expect, test } from 'vitest';
import { domid, SHUTDOWN_REASONS } from '../../src/model/index.js';
import { changed, refused, seen } from './helpers/changes.js';
import { config, finished, TestHost } from './helpers/embedded.js';

let host: TestHost;
afterEach(() => host.close());

const KEPT = 'on_poweroff = "preserve"\non_reboot = "preserve"';

function control(id: unknown): string {
  return `/local/domain/${String(id)}/control/shutdown`;
}

describe('a guest that obeys', () => {
  test.each([
    ['shutdown', 'poweroff'],
    ['reboot', 'reboot'],
  ] as const)('stops after a %s, and nothing is left of the request', async (verb, reason) => {
    host = await TestHost.start();
    const { newDomid, uuid } = await host.created(config('web', KEPT));
    const before = await host.traces();
    await changed(host, verb, { domain: 'web' });
    const query = { domid: domid(Number(newDomid)), uuid: String(uuid) as never };
    expect(await host.api.ask('fate', query)).toEqual({ state: 'shutdown', reason });
    expect(SHUTDOWN_REASONS).toContain(reason);
    expect(await seen(host, 'web')).toMatchObject({ shutdown: reason });
    const { tree } = await host.traces();
    const requests = (lines: readonly string[]) => lines.filter((line) => /control/.test(line));
    expect(requests(tree)).toEqual(requests(before.tree));
    expect(await refused(host, verb, { domain: 'web' })).toMatchObject({
      code: 'EINVAL',
      message: `web cannot be ${verb === 'reboot' ? 'rebooted' : 'shut down'}: it has stopped (${reason})`,
    });
  });
});

describe('a guest that does not hear', () => {
  const DEAF = `extra = "ignore=poweroff,reboot,suspend"\n${KEPT}`;

  test('is said so after its time, and is not asked any more', async () => {
    host = await TestHost.start({ DOMOVOI_SHUTDOWN_TIMEOUT_MS: '100' });
    const { newDomid } = await host.created(config('web', DEAF));
    await host.until(
      `/local/domain/${String(newDomid)}/device/vbd/51712/state`,
      (at) => at === '4',
    );
    const before = await host.traces();
    expect(await refused(host, 'shutdown', { domain: 'web' })).toMatchObject({
      code: 'ETIMEDOUT',
      message: 'the guest did not acknowledge the request to poweroff within 100 ms',
      suggestions: expect.arrayContaining(['"domovoi destroy" ends it without asking.']),
    });
    expect(await host.traces()).toEqual(before);
  });

  test.each(['shutdown', 'reboot', 'suspend'] as const)(
    'can be destroyed while a %s waits for it',
    async (verb) => {
      host = await TestHost.start();
      const before = await host.traces();
      const { newDomid } = await host.created(config('web', DEAF));
      const asked = host.api.change(verb, { domain: 'web', requestedBy: 'test' });
      await host.until(control(newDomid), (value) => value !== undefined && value !== '');
      const queued = host.api.change('pause', { domain: 'web', requestedBy: 'test' });
      const gone = expect(queued).rejects.toMatchObject({ code: 'cancelled' });
      await host.destroyed('web');
      expect(await finished(await asked)).toMatchObject({
        status: 'failed',
        error: { code: 'cancelled', message: 'The domain was ended meanwhile' },
      });
      await gone;
      expect(await host.traces()).toEqual(before);
    },
  );

  test('or agrees to suspend and does not, can be destroyed at any time', async () => {
    host = await TestHost.start();
    const before = await host.traces();
    const { newDomid } = await host.created(config('web', 'extra = "hang=suspend"'));
    const control = `/local/domain/${String(newDomid)}/control`;
    await host.until(`${control}/feature-suspend`, (value) => value === '1');
    const asked = host.api.change('suspend', { domain: 'web', requestedBy: 'test' });
    const note = `/libxl/${String(newDomid)}/control-requested`;
    await host.until(note, (value) => value === 'suspend');
    await host.until(`${control}/shutdown`, (value) => value === '');
    const began = performance.now();
    await host.destroyed('web');
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await finished(await asked)).toMatchObject({ error: { code: 'cancelled' } });
    expect(await host.traces()).toEqual(before);
  });

  test('and crashes instead has stopped all the same', async () => {
    host = await TestHost.start();
    const { newDomid } = await host.created(config('web', `${DEAF}\non_crash = "preserve"`));
    const asked = host.api.change('shutdown', { domain: 'web', requestedBy: 'test' });
    await host.until(control(newDomid), (value) => value === 'poweroff');
    await host.hypervisor.shutdownDomain(domid(Number(newDomid)), 'crash');
    expect(await finished(await asked)).toMatchObject({
      status: 'succeeded',
      state: { stopped: 'crash' },
    });
  });

  test('is not asked for another thing while it has not taken the first', async () => {
    host = await TestHost.start({ DOMOVOI_SHUTDOWN_TIMEOUT_MS: '100' });
    const { newDomid } = await host.created(config('web', DEAF));
    await host.store.write(control(newDomid), 'suspend');
    expect(await refused(host, 'shutdown', { domain: 'web' })).toMatchObject({
      code: 'EBUSY',
      message: 'the guest has not yet taken the request to suspend',
      where: expect.stringContaining(control(newDomid)),
    });
    expect(await host.store.readText(control(newDomid))).toBe('suspend');
    await host.store.write(control(newDomid), 'what a guest may write there');
    expect(await refused(host, 'shutdown', { domain: 'web' })).toMatchObject({ code: 'ETIMEDOUT' });
  });
});

test('a paused guest cannot hear, and is not waited for', async () => {
  host = await TestHost.start();
  await host.created(config('web'), [], true);
  expect(await refused(host, 'shutdown', { domain: 'web' })).toMatchObject({
    code: 'EINVAL',
    message: 'web cannot be shut down: it is paused',
    suggestions: ['"domovoi unpause web" lets it run.'],
  });
});

describe('an HVM guest without drivers', () => {
  test.each([
    ['shutdown', 'power', 'poweroff'],
    ['reboot', 'reset', 'reboot'],
  ] as const)('takes a %s only by its button', async (verb, button, reason) => {
    host = await TestHost.start();
    const { newDomid, uuid } = await host.created(config('web', `type = "hvm"\n${KEPT}`));
    await host.until(
      `/local/domain/${String(newDomid)}/device/vbd/51712/state`,
      (at) => at === '4',
    );
    for (const feature of ['poweroff', 'reboot', 'suspend']) {
      await host.store.write(`/local/domain/${String(newDomid)}/control/feature-${feature}`, '');
    }
    expect(await refused(host, verb, { domain: 'web' })).toMatchObject({
      code: 'ENOTSUP',
      message: `PV control interface not available: external graceful ${verb} not possible.`,
      suggestions: [`Use "-F" to fallback to ACPI ${button} event.`],
    });
    expect(await changed(host, verb, { domain: 'web', fallback: true })).toMatchObject({ button });
    const query = { domid: domid(Number(newDomid)), uuid: String(uuid) as never };
    expect(await host.api.ask('fate', query)).toEqual({ state: 'shutdown', reason });
  });
});

test('that a domain is gone is told to those who wait for it', async () => {
  host = await TestHost.start();
  const { newDomid, uuid } = await host.created(config('web'));
  const query = { domid: domid(Number(newDomid)), uuid: String(uuid) as never, gone: true };
  const fate = host.api.ask('fate', query);
  await host.destroyed('web');
  expect(await fate).toEqual({ state: 'gone' });
  expect(await host.api.ask('fate', query)).toEqual({ state: 'gone' });
});
