import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import { SKELETON } from '../../src/layout/domain-keys.js';
import { VM } from '../../src/layout/vm-keys.js';
import { domid, uuid } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';
import { dump, lines } from './dump.js';
import { START_TIME, setUp } from './lifetime.js';

const UUID = uuid('5d0d2b40-0000-4000-8000-000000000001');
const CONFIG = `
name = "web"
type = "pv"
kernel = "/boot/linux"
ramdisk = "/boot/initrd"
extra = "console=hvc0 quiet"
memory = 128
vcpus = 1
uuid = "${UUID}"
disk = [ 'format=raw,vdev=xvda,access=rw,target=/tmp/web.img' ]
vif = [ 'mac=00:16:3e:aa:bb:cc,bridge=xenbr0' ]
`;

/** What one device of domain 1 leaves in the toolstack's record, and in the back end. */
const DISK = {
  params: '/tmp/web.img',
  script: '/etc/xen/scripts/block',
  'frontend-id': '1',
  online: '1',
  removable: '0',
  bootable: '1',
  state: '1',
  dev: 'xvda',
  type: 'phy',
  mode: 'w',
  'device-type': 'disk',
  'discard-enable': '1',
  specification: 'xen',
};
const VIF = {
  'frontend-id': '1',
  online: '1',
  state: '1',
  script: '/etc/xen/scripts/vif-bridge',
  mac: '00:16:3e:aa:bb:cc',
  bridge: 'xenbr0',
  handle: '0',
  type: 'vif',
  'hotplug-status': '',
};
const CONSOLE = { 'frontend-id': '1', online: '1', state: '1', protocol: 'vt100' };

type Keys = Readonly<Record<string, string>>;

function at(root: string, permissions: string, keys: Keys): string[] {
  return Object.entries(keys).map(([key, value]) => {
    const path = key === '' ? root : `${root}/${key}`;
    return `${path} = ${JSON.stringify(value)} (${permissions})`;
  });
}

function device(kind: string, id: string, frontend: string, keys: Keys): string[] {
  const backend = `/local/domain/0/backend/${kind}/1/${id}`;
  return [
    ...at('/local/domain/0/backend', 'n0', { [kind]: '', [`${kind}/1`]: '' }),
    ...at(backend, 'n0,r1', { '': '', frontend, ...keys }),
    ...at('/libxl/1/device', 'n0', { [kind]: '' }),
    ...at(`/libxl/1/device/${kind}/${id}`, 'n0', { '': '', frontend, backend, ...keys }),
  ];
}

/**
 * The tree of this domain as `xl create -p` of Xen 4.17 writes it, before guest, drivers and
 * xenconsoled have added theirs.
 */
const EXPECTED = [
  ...at('/local/domain/1', 'n0,r1', {
    '': '',
    vm: `/vm/${UUID}`,
    name: 'web',
    cpu: '',
    'cpu/0': '',
    'cpu/0/availability': 'online',
    memory: '',
    'memory/static-max': '131072',
    'memory/target': '131072',
    'memory/videoram': '0',
    device: '',
    'device/suspend': '',
    'device/vbd': '',
    'device/vif': '',
    'device/vif/0/mtu': '1500',
    control: '',
    'control/platform-feature-multiprocessor-suspend': '1',
    'control/platform-feature-xs_reset_watches': '1',
    domid: '1',
    store: '',
    'store/port': '1',
    'store/ring-ref': '519169',
    console: '',
    'console/backend': '/local/domain/0/backend/console/1/0',
    'console/limit': '1048576',
    'console/type': 'xenconsoled',
    'console/output': 'pty',
    'console/tty': '',
    'console/port': '2',
    'console/ring-ref': '519170',
  }),
  ...at('/local/domain/1', 'n1', {
    'device/suspend/event-channel': '',
    'control/shutdown': '',
    'control/feature-poweroff': '',
    'control/feature-reboot': '',
    'control/feature-suspend': '',
    'control/sysrq': '',
    data: '',
    drivers: '',
    feature: '',
    attr: '',
    error: '',
  }),
  ...at('/local/domain/1', 'n1,r0', {
    'console/backend-id': '0',
    'device/vbd/51712': '',
    'device/vbd/51712/backend': '/local/domain/0/backend/vbd/1/51712',
    'device/vbd/51712/backend-id': '0',
    'device/vbd/51712/state': '1',
    'device/vbd/51712/virtual-device': '51712',
    'device/vbd/51712/device-type': 'disk',
    'device/vbd/51712/trusted': '1',
    'device/vbd/51712/protocol': 'x86_64-abi',
    'device/vif/0': '',
    'device/vif/0/backend': '/local/domain/0/backend/vif/1/0',
    'device/vif/0/backend-id': '0',
    'device/vif/0/state': '1',
    'device/vif/0/handle': '0',
    'device/vif/0/mac': '00:16:3e:aa:bb:cc',
    'device/vif/0/trusted': '1',
  }),
  ...device('vbd', '51712', '/local/domain/1/device/vbd/51712', DISK),
  ...device('vif', '0', '/local/domain/1/device/vif/0', VIF),
  ...device('console', '0', '/local/domain/1/console', CONSOLE),
  ...at('/vm', 'n0', { '': '' }),
  ...at(`/vm/${UUID}`, 'n0,r1', {
    '': '',
    uuid: UUID,
    name: 'web',
    start_time: START_TIME,
    image: '',
    'image/ostype': 'linux',
    'image/kernel': '/boot/linux',
    'image/ramdisk': '/boot/initrd',
    'image/cmdline': 'console=hvc0 quiet',
  }),
  ...at('/libxl', 'n0', { '': '', '1': '', '1/device': '', '1/type': 'pv' }),
  ...at('/libxl/1', 'n0', { 'dm-version': 'qemu_xen' }),
];

/** Keys that the old XenStore manual describes and xl does not write, and our own references. */
function isOurs(line: string): boolean {
  const path = line.slice(0, line.indexOf(' = '));
  const manual = [
    ...SKELETON.filter(({ layout }) => layout === 'manual').map(
      (key) => `/local/domain/1/${key.path}`,
    ),
    ...VM.filter(({ layout }) => layout === 'manual').map((key) => `/vm/${UUID}/${key.path}`),
  ];
  return manual.includes(path) || /^\/vm\/[^/]+\/domains(\/|$)/.test(path);
}

let daemon: TestStore;
let store: XenStoreClient;
beforeAll(async () => {
  daemon = await openStore();
  store = await daemon.connect();
});
afterAll(async () => {
  await store.close();
  await daemon.close();
});

test('a new PV domain has the keys, values and permissions that xl gives it', async () => {
  await store.mkdir('/local/domain/0/backend');
  const before = new Set(lines(await dump(store)));
  const { config } = parseDomainConfig(CONFIG, { file: '/etc/xen/web.cfg' });
  await setUp(store, domid(1), { ...config, uuid: UUID }, true);
  const added = lines(await dump(store)).filter((line) => !before.has(line));
  expect(added.filter((line) => !isOurs(line))).toEqual([...EXPECTED].sort(byPath));
  expect(added.filter(isOurs)).toEqual(
    [
      ...at('/local/domain/1', 'n0,r1', {
        on_poweroff: 'destroy',
        on_reboot: 'restart',
        on_crash: 'destroy',
      }),
      ...at(`/vm/${UUID}`, 'n0,r1', {
        domains: '',
        'domains/1': '',
        maxmem: '128',
        memory: '128',
        on_crash: 'destroy',
        on_poweroff: 'destroy',
        on_reboot: 'restart',
        vcpu_avail: '1',
        vcpus: '1',
      }),
    ].sort(byPath),
  );
});

function byPath(left: string, right: string): number {
  return left.slice(0, left.indexOf(' = ')) < right.slice(0, right.indexOf(' = ')) ? -1 : 1;
}
