import { expect, test } from 'vitest';
import { parseDomainConfig } from '../../src/config/index.js';
import { type Device, deviceNodes, parseBackEndPath } from '../../src/layout/index.js';
import { DOM0, domid } from '../../src/model/index.js';
import { formatPermissions } from '../../src/xenstore/permissions.js';

const CONFIG = `
name = "web"
type = "pv"
kernel = "/boot/linux"
memory = 128
vfb = [ 'vnc=1,vnclisten=0.0.0.0,vncdisplay=3,vncunused=0,vncpasswd=secret' ]
`;

function linesOf(device: Device): string[] {
  return deviceNodes(device).map(
    ({ path, value, permissions }) => `${path} = "${value}" ${formatPermissions(permissions)}`,
  );
}

test('a frame buffer tells QEMU how to show it, as libxl does', () => {
  const [vfb] = parseDomainConfig(CONFIG, { file: 'web.cfg' }).config.vfbs;
  if (vfb === undefined) throw new Error('the config has a frame buffer');
  const address = { domid: domid(5), kind: 'vfb', id: 0, backendDomid: DOM0 } as const;
  const back = '/local/domain/0/backend/vfb/5/0';
  const front = '/local/domain/5/device/vfb/0';
  const keys = [
    'frontend-id = "5"',
    'online = "1"',
    'state = "1"',
    'vnc = "1"',
    'vnclisten = "0.0.0.0"',
    'vncpasswd = "secret"',
    'vncdisplay = "3"',
    'vncunused = "0"',
    'sdl = "0"',
    'opengl = "0"',
  ];
  expect(linesOf({ type: 'vfb', address, vfb })).toEqual([
    '/libxl/5/device/vfb/0 = "" n0',
    `/libxl/5/device/vfb/0/frontend = "${front}" n0`,
    `/libxl/5/device/vfb/0/backend = "${back}" n0`,
    ...keys.map((key) => `/libxl/5/device/vfb/0/${key} n0`),
    `${front} = "" n5,r0`,
    `${front}/backend = "${back}" n5,r0`,
    `${front}/backend-id = "0" n5,r0`,
    `${front}/state = "1" n5,r0`,
    `${back} = "" n0,r5`,
    `${back}/frontend = "${front}" n0,r5`,
    ...keys.map((key) => `${back}/${key} n0,r5`),
  ]);
  expect(parseBackEndPath(back)).toEqual(address);
});

test('a keyboard has both halves and nothing more', () => {
  const address = { domid: domid(5), kind: 'vkbd', id: 0, backendDomid: domid(2) } as const;
  expect(linesOf({ type: 'vkbd', address }).filter((line) => line.startsWith('/local'))).toEqual([
    '/local/domain/5/device/vkbd/0 = "" n5,r2',
    '/local/domain/5/device/vkbd/0/backend = "/local/domain/2/backend/vkbd/5/0" n5,r2',
    '/local/domain/5/device/vkbd/0/backend-id = "2" n5,r2',
    '/local/domain/5/device/vkbd/0/state = "1" n5,r2',
    '/local/domain/2/backend/vkbd/5/0 = "" n2,r5',
    '/local/domain/2/backend/vkbd/5/0/frontend = "/local/domain/5/device/vkbd/0" n2,r5',
    '/local/domain/2/backend/vkbd/5/0/frontend-id = "5" n2,r5',
    '/local/domain/2/backend/vkbd/5/0/online = "1" n2,r5',
    '/local/domain/2/backend/vkbd/5/0/state = "1" n2,r5',
  ]);
});
