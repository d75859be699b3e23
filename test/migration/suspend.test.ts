import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Domid, JsonObject } from '../../src/model/index.js';
import type { StepCall, StepHandler } from '../../src/operations/index.js';
import { TestGround } from '../daemon/helpers/embedded.js';
import { dump, lines } from '../layout/dump.js';

let ground: TestGround;
const NEVER = new AbortController().signal;

afterEach(() => ground.close());

function handler(name: string): StepHandler {
  const found = ground.handlers.get(name);
  if (found === undefined) throw new Error(`there is no step ${name}`);
  return found;
}

function call(state: JsonObject, signal: AbortSignal = NEVER): StepCall {
  const progress = () => undefined;
  return { state, args: {}, operation: 'op', signal, progress, scratch: new Map() };
}

async function stateOf(domid: Domid): Promise<JsonObject> {
  const info = await ground.hypervisor.domain(domid);
  return { domid, uuid: info?.uuid, name: 'web' };
}

async function domainWith(extra: string): Promise<{ domid: Domid; state: JsonObject }> {
  const domid = await ground.domain('web', extra);
  for (const device of ['vbd/51712', 'vif/0']) {
    await ground.until(`/local/domain/${domid}/device/${device}/state`, (at) => at === '4');
  }
  return { domid, state: await stateOf(domid) };
}

function control(domid: Domid): string {
  return `/local/domain/${domid}/control/shutdown`;
}

async function shutdownReason(domid: Domid): Promise<string | undefined> {
  return (await ground.hypervisor.domain(domid))?.shutdown;
}

async function suspend(state: JsonObject, signal?: AbortSignal) {
  return handler('suspend').do(call(state, signal));
}

async function undo(state: JsonObject): Promise<void> {
  await handler('suspend').undo?.(call(state));
}

describe('a guest that obeys', () => {
  beforeEach(async () => {
    ground = await TestGround.start();
  });

  test('is suspended, and resumed by the undo, again and again', async () => {
    const { domid, state } = await domainWith('');
    const before = lines(await dump(ground.store));
    for (let time = 0; time < 3; time += 1) {
      const patch = await suspend(state);
      expect(patch).toEqual({ suspendedAt: expect.any(Number) });
      expect(await shutdownReason(domid)).toBe('suspend');
      await undo(state);
      expect(await shutdownReason(domid)).toBeUndefined();
      expect(lines(await dump(ground.store))).toEqual(before);
    }
  });

  test('is not asked any more when it had not seen the request', async () => {
    const { domid, state } = await domainWith('');
    const before = lines(await dump(ground.store));
    await ground.hypervisor.pauseDomain(domid);
    const cancel = new AbortController();
    const asked = suspend(state, cancel.signal);
    await ground.until(control(domid), (value) => value === 'suspend');
    cancel.abort(new Error('enough'));
    await expect(asked).rejects.toThrow();
    await undo(state);
    expect(lines(await dump(ground.store))).toEqual(before);
    await ground.hypervisor.unpauseDomain(domid);
    expect(await suspend(state)).toBeDefined();
  });

  test('that was never asked, or has been resumed, is left alone at once', async () => {
    const { domid, state } = await domainWith('');
    const before = lines(await dump(ground.store));
    await undo(state);
    await suspend(state);
    await undo(state);
    await undo(state);
    expect(await shutdownReason(domid)).toBeUndefined();
    expect(lines(await dump(ground.store))).toEqual(before);
  });

  test('that was woken by who died before telling the store: its next stop is told', async () => {
    const { domid, state } = await domainWith('');
    await suspend(state);
    await ground.hypervisor.resumeDomain(domid);
    // It will not suspend any more: there is no use in waiting for that.
    await handler('suspend').undo?.({ ...call(state), ending: AbortSignal.abort() });
    const stops = await ground.store.watch('@releaseDomain');
    const events = stops[Symbol.asyncIterator]();
    await events.next();
    await ground.hypervisor.shutdownDomain(domid, 'poweroff');
    expect(await events.next()).toMatchObject({ done: false });
    await stops.close();
  });

  test('is not resumed in place of another domain that has its number', async () => {
    const { domid, state } = await domainWith('');
    await suspend(state);
    await undo({ ...state, uuid: '00000000-0000-4000-8000-000000000009' });
    expect(await shutdownReason(domid)).toBe('suspend');
  });
});

describe('a guest that does not hear', () => {
  test('is said not to acknowledge, and is not asked any more', async () => {
    ground = await TestGround.start({ suspendMs: 100 });
    const { domid, state } = await domainWith('extra = "ignore=suspend"');
    const before = lines(await dump(ground.store));
    await expect(suspend(state)).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'the guest did not acknowledge the request to suspend within 100 ms',
      where: control(domid),
    });
    await undo(state);
    expect(lines(await dump(ground.store))).toEqual(before);
  });

  test('has acknowledged and takes its time: the undo waits for it and wakes it', async () => {
    ground = await TestGround.start();
    const { domid, state } = await domainWith('extra = "ignore=suspend"');
    const before = lines(await dump(ground.store));
    const cancel = new AbortController();
    const asked = suspend(state, cancel.signal);
    await ground.until(control(domid), (value) => value === 'suspend');
    await ground.store.write(control(domid), '');
    cancel.abort(new Error('enough'));
    await expect(asked).rejects.toThrow();
    const undone = undo(state);
    await ground.hypervisor.shutdownDomain(domid, 'suspend');
    await undone;
    expect(await shutdownReason(domid)).toBeUndefined();
    expect(lines(await dump(ground.store))).toEqual(before);
  });

  test('has acknowledged and never suspends: it is said so, and runs on', async () => {
    ground = await TestGround.start({ suspendMs: 100 });
    const { domid, state } = await domainWith('extra = "ignore=suspend"');
    const before = lines(await dump(ground.store));
    const asked = suspend(state);
    const refused = expect(asked).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'the guest acknowledged the request to suspend and did not within 100 ms',
    });
    await ground.until(control(domid), (value) => value === 'suspend');
    await ground.store.write(control(domid), '');
    await refused;
    await undo(state);
    expect(await shutdownReason(domid)).toBeUndefined();
    expect(lines(await dump(ground.store))).toEqual(before);
  });

  test.each(['crash', 'poweroff'] as const)('stops by a %s instead', async (reason) => {
    ground = await TestGround.start();
    const { domid, state } = await domainWith('extra = "ignore=suspend"');
    const asked = suspend(state);
    const failed = expect(asked).rejects.toMatchObject({
      code: 'EIO',
      message: `the guest was to suspend, and did something else: ${reason}`,
    });
    await ground.until(control(domid), (value) => value === 'suspend');
    await ground.hypervisor.shutdownDomain(domid, reason);
    await failed;
    await undo(state);
    expect(await shutdownReason(domid)).toBe(reason);
  });

  test('is destroyed by somebody else meanwhile', async () => {
    ground = await TestGround.start();
    const { domid, state } = await domainWith('extra = "ignore=suspend"');
    const failed = expect(suspend(state)).rejects.toMatchObject({
      message: 'the guest was to suspend, and did something else: gone',
    });
    await ground.until(control(domid), (value) => value === 'suspend');
    await ground.hypervisor.destroyDomain(domid);
    await failed;
    await undo(state);
  });
});

describe('the name', () => {
  beforeEach(async () => {
    ground = await TestGround.start();
  });

  test('is given away, and taken back by the undo', async () => {
    const { domid, state } = await domainWith('');
    const name = `/local/domain/${domid}/name`;
    const before = lines(await dump(ground.store));
    await handler('rename-away').do(call(state));
    expect(await ground.store.readText(name)).toBe('web--migratedaway');
    await handler('rename-away').undo?.(call(state));
    await handler('rename-away').undo?.(call(state));
    expect(lines(await dump(ground.store))).toEqual(before);
  });

  test.each([
    ['rename-away', 'domid'],
    ['take-name', 'newDomid'],
  ])('makes no tree for a domain that is gone (%s)', async (step, key) => {
    const before = lines(await dump(ground.store));
    const gone = { [key]: 77, uuid: '00000000-0000-4000-8000-000000000009', name: 'web' };
    if (step === 'take-name') await handler(step).do(call(gone));
    else await handler(step).undo?.(call(gone));
    expect(lines(await dump(ground.store))).toEqual(before);
  });
});
