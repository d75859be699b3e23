import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config } from '../daemon/helpers/embedded.js';
import { Domovoi } from '../e2e/helpers/domovoi.js';
import { CONTROLS, HostileGuest, HUGE, ownNodes } from './guest.js';

/*
 * Whatever a guest writes where commands look, the terminal is not its to command, and nobody has
 * to scroll for ever.
 */

/** All that a terminal acts on, but line feeds and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ACTED_ON = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const MOST_CHARACTERS = 32 * 1024;

let host: Domovoi;
let guest: HostileGuest;
beforeAll(async () => {
  host = new Domovoi();
  const made = await host.run(['create', '-q', '-'], {
    stdin: config('bad', 'extra = "no_front=vbd,vif ignore=poweroff,reboot,suspend,halt"'),
  });
  expect(made).toMatchObject({ code: 0 });
  const [domid] = (await host.ok('domid', 'bad')).split('\n');
  guest = await HostileGuest.connect(host.stateDir, Number(domid));
});
afterAll(async () => {
  await guest.close();
  await host.close();
});

const COMMANDS = [
  ['list'],
  ['list', '-v'],
  ['list', '-l', 'bad'],
  ['vm-list'],
  ['uptime'],
  ['vcpu-list'],
  ['block-list', 'bad'],
  ['network-list', 'bad'],
  ['domname', '1'],
  ['history', 'bad'],
  ['fsck'],
  ['store', 'ls', '-f', '/local/domain'],
  ['store', 'list', '/local/domain/1/data'],
  ['trigger', 'bad', 'reset'],
  ['sysrq', 'bad', 'h'],
  ['info'],
  ['dmesg'],
];

describe.each([
  ['bytes that are no text', CONTROLS],
  ['huge values', Buffer.from(HUGE)],
  ['marks that turn text around', Buffer.from('\u202e\u2066abc\u200b')],
])('%s', (_what, value) => {
  beforeAll(async () => {
    for (const path of await ownNodes(guest.store)) {
      await guest.attempt(guest.store.write(path, value));
    }
    await guest.attempt(guest.store.write('data/a', value));
  });

  test.each(COMMANDS)('do not come out of %s %s %s', async (...words) => {
    const { stdout, stderr } = await host.run(words);
    for (const text of [stdout, stderr]) {
      expect(ACTED_ON.exec(text)).toBeNull();
      expect(text.length).toBeLessThan(MOST_CHARACTERS);
    }
  });
});
