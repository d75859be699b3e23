import { afterAll, beforeAll, expect, test } from 'vitest';
import { DISK } from '../daemon/helpers/embedded.js';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

let host: Domovoi;
beforeAll(async () => {
  host = new Domovoi();
  await host.ok('create', '-q', exampleConfig('pv'));
});
afterAll(() => host.close());

const MAC = '00:16:3e:00:00:77';

test.each([
  ['block-attach pv nonsense=1', 1, /unknown disk parameter "nonsense"/],
  ['block-attach pv', 2, /requires at least 2 arguments/],
  ['block-attach nosuch /a,raw,xvdb,w', 1, /^nosuch is an invalid domain identifier\n$/],
  ['block-attach 0 /a,raw,xvdb,w', 1, /domain 0 cannot be given a disk/],
  ['block-attach pv /a,raw,xvda,w', 1, /device already exists in xenstore/],
  ['block-attach pv /a,raw,xvdb,w,backend=nosuch', 1, /no driver domain "nosuch"/],
  ['block-detach pv xvdz', 1, /^Error: Device xvdz not connected\.\n$/],
  ['block-detach pv nonsense', 1, /^Error: Device nonsense not connected\.\n$/],
  ['block-detach nosuch xvda', 1, /^nosuch is an invalid domain identifier \(rc=-6\)\n$/],
  ['block-detach pv', 2, /requires at least 2 arguments/],
  ['network-attach pv nonsense', 1, /unrecognized argument `nonsense'/],
  ['network-attach pv mac=zz', 1, /"zz" is no MAC address/],
  ['network-attach pv rate=x', 1, /"x" is no rate/],
  ['network-detach pv 9', 1, /^Unknown device 9\.\n$/],
  ['network-detach pv 00:16:3e:ff:ff:ff', 1, /^Unknown device 00:16:3e:ff:ff:ff\.\n$/],
  ['cd-insert pv hdc /tmp/b.img', 1, /cdrom-insert requires an HVM domain/],
  ['cd-insert pv hdc', 2, /requires at least 3 arguments/],
  ['cd-eject pv hdc', 1, /cdrom-insert requires an HVM domain/],
])('%s: exit code %i', async (line, expected, words) => {
  const { code, stdout, stderr } = await host.run(line.split(' '));
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  expect(stderr).toMatch(words);
});

test('a disk in several words comes and goes without a word', async () => {
  for (const line of [
    `block-attach -q pv phy:${DISK} xvdb r`,
    'block-detach -q pv xvdb',
    `block-attach -q pv vdev=xvdc target=${DISK} access=ro`,
    'block-detach -q --force pv 51744',
    `network-attach -q pv mac=${MAC} bridge=br1`,
    `network-detach -q pv ${MAC}`,
  ]) {
    const told = await host.run(line.split(' '));
    expect(told, line).toEqual({ code: 0, stdout: '', stderr: '' });
  }
});

test('a dry run of an attach shows both halves, and does nothing', async () => {
  const before = await host.ok('store', 'ls', '-p');
  const shown = await host.ok('block-attach', '--dry-run', 'pv', `${DISK},raw,xvdb,r`);
  expect(shown).toContain('keep device xvdb (no way back from here)');
  expect(shown).toMatch(/\+ .*\/51728 = ""/);
  const gone = await host.ok('network-detach', '--dry-run', 'pv', '0');
  expect(gone).toMatch(/- {3}0\/backend\/vif = ""/);
  expect(await host.ok('store', 'ls', '-p')).toBe(before);
});
