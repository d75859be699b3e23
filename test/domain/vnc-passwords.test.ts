import { afterEach, expect, test } from 'vitest';
import { planStopped } from '../../src/domain/index.js';
import type { CompleteConfig } from '../../src/layout/index.js';
import { OperationQueue } from '../../src/operations/index.js';
import { TestGround } from '../daemon/helpers/embedded.js';

let ground: TestGround;
afterEach(() => ground.close());

/** Has a domain with a password stop, and what is to be done about it be done. */
async function stopped(action: 'destroy' | 'restart'): Promise<CompleteConfig> {
  ground = await TestGround.start();
  const { host, history, handlers } = ground;
  const domid = await ground.domain('web', 'vfb = [ "vnc=1" ]');
  const uuid = (await host.hypervisor.domain(domid))?.uuid;
  const config = uuid === undefined ? undefined : host.chronicle.config(uuid);
  if (uuid === undefined || config === undefined) throw new Error('there is no domain');
  const complete = config as unknown as CompleteConfig;
  const [vfb] = complete.vfbs;
  if (vfb === undefined) throw new Error('the domain has no screen');
  host.vncPasswords.keep({ uuid, vfbs: [{ ...vfb, vncPassword: 'secret' }] });
  await host.hypervisor.shutdownDomain(domid, 'poweroff');
  const aside = { uuid, name: 'aside' };
  const verdict = { reason: 'poweroff', action, config: complete, dumpFile: '/d', aside } as const;
  const plan = planStopped({ domid, uuid, name: 'web', devices: [] }, verdict);
  const queue = new OperationQueue({ journal: history.journal, handlers });
  const { finished } = queue.submit({
    uuid,
    requestedBy: 'test',
    plan: () => Promise.resolve(plan),
  });
  expect((await finished).status).toBe('succeeded');
  return host.vncPasswords.restore(complete);
}

test('the password of a domain that has powered off for good is forgotten', async () => {
  expect(JSON.stringify(await stopped('destroy'))).not.toContain('secret');
});

test('that of one that starts anew is kept', async () => {
  expect(JSON.stringify(await stopped('restart'))).toContain('secret');
});
