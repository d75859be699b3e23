import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import { addDevices, devicesFromConfig, listDisks, listVifs } from '../../src/devices/index.js';
import { DOM0, domid } from '../../src/model/index.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';
import { openStore, type TestStore } from '../xenstored/helpers/daemon.js';

const GUEST = domid(5);
const CONFIG = `
name = "x"
type = "pv"
kernel = "/k"
memory = 8
disk = [ "/b.qcow2,qcow2,xvdb,r", "/a,raw,xvda,rw" ]
vif = [ "mac=00:16:3e:00:00:01,bridge=br7", "mac=00:16:3e:00:00:02" ]
`;

let daemon: TestStore;
let store: XenStoreClient;
beforeEach(async () => {
  daemon = await openStore();
  store = await daemon.connect();
  const { config } = parseDomainConfig(CONFIG, { file: 'x.cfg' });
  await addDevices(store, await devicesFromConfig(config, GUEST, () => Promise.resolve(DOM0)));
});
afterEach(async () => {
  await store.close();
  await daemon.close();
});

test('disks are listed by their numbers, with both halves', async () => {
  const front = '/local/domain/5/device/vbd/51712';
  await store.write(`${front}/state`, '4');
  await store.write(`${front}/event-channel`, '11');
  await store.write(`${front}/ring-ref`, '4294967295');
  await store.write('/local/domain/0/backend/vbd/5/51712/state', '4');
  expect(await listDisks(store, GUEST)).toEqual([
    {
      devid: 51712,
      vdev: 'xvda',
      backendDomid: 0,
      frontendDomid: 5,
      frontendPath: front,
      backendPath: '/local/domain/0/backend/vbd/5/51712',
      state: 4,
      backendState: 4,
      eventChannel: 11,
      ringRef: 4294967295,
      params: '/a',
      mode: 'w',
      removable: false,
    },
    {
      devid: 51728,
      vdev: 'xvdb',
      backendDomid: 0,
      frontendDomid: 5,
      frontendPath: '/local/domain/5/device/vbd/51728',
      backendPath: '/local/domain/0/backend/qdisk/5/51728',
      state: 1,
      backendState: 1,
      eventChannel: null,
      ringRef: null,
      params: 'qcow2:/b.qcow2',
      mode: 'r',
      removable: false,
    },
  ]);
});

test('interfaces are listed with their addresses', async () => {
  await store.write('/local/domain/5/device/vif/1/tx-ring-ref', '768');
  await store.write('/local/domain/5/device/vif/1/rx-ring-ref', '769');
  const vifs = await listVifs(store, GUEST);
  expect(vifs.map(({ devid, mac, bridge }) => [devid, mac, bridge])).toEqual([
    [0, '00:16:3e:00:00:01', 'br7'],
    [1, '00:16:3e:00:00:02', 'xenbr0'],
  ]);
  expect(vifs.map(({ txRingRef, rxRingRef }) => [txRingRef, rxRingRef])).toEqual([
    [null, null],
    [768, 769],
  ]);
});

test.each([
  ['no number', 'x', 'y'],
  ['control characters', '\u001b[2J', '4\n'],
  ['more than 32 bits', '4294967296', '44'],
  ['a number without end', '9'.repeat(4000), '4'.repeat(4000)],
  ['less than nothing', '-1', '-4'],
])('what a guest forges, %s, is shown as nothing', async (_, number, state) => {
  const disk = '/local/domain/5/device/vbd/51712';
  await store.write(`${disk}/event-channel`, number);
  await store.write(`${disk}/ring-ref`, number);
  await store.write(`${disk}/state`, state);
  const [listed] = await listDisks(store, GUEST);
  expect(listed).toMatchObject({ eventChannel: null, ringRef: null, state: 0 });
});

test('a guest that writes over the address of its interface changes nothing in the list', async () => {
  await store.write('/local/domain/5/device/vif/0/mac', '00:16:3e:66:66:66');
  const [listed] = await listVifs(store, GUEST);
  expect(listed?.mac).toBe('00:16:3e:00:00:01');
});
