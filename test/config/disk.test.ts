import { describe, expect, test } from 'vitest';
import { formatVdev, parseDisk, parseVdev } from '../../src/config/index.js';
import { failure } from './failure.js';

const at = { file: 'guest.cfg', line: 7, column: 10 };

/** A spec as it stands in a config: in quotes, at guest.cfg:7:10. */
function disk(text: string) {
  return parseDisk({ kind: 'atom', text, at, lead: 1 });
}

const plain = {
  vdev: 'hda',
  devid: 768,
  target: '/dev/vg/guest-volume',
  format: 'raw',
  mode: 'w',
  deviceType: 'disk',
  script: '/etc/xen/scripts/block',
  specification: 'xen',
  directIoSafe: false,
  discard: true,
  trusted: true,
};

const iso = {
  ...plain,
  vdev: 'hdc',
  devid: 5632,
  target: '/root/image.iso',
  mode: 'r',
  deviceType: 'cdrom',
  discard: false,
};

describe('the examples of xl-disk-configuration(5)', () => {
  test.each([
    '/dev/vg/guest-volume,,hda',
    '/dev/vg/guest-volume,raw,hda,rw',
    'format=raw, vdev=hda, access=rw, target=/dev/vg/guest-volume',
    'raw:/dev/vg/guest-volume,hda,w',
  ])('%s', (spec) => {
    expect(disk(spec)).toEqual(plain);
  });

  test.each([
    '/root/image.iso,,hdc,cdrom',
    '/root/image.iso,,hdc,,cdrom',
    '/root/image.iso,raw,hdc,devtype=cdrom',
    'format=raw, vdev=hdc, access=ro, devtype=cdrom, target=/root/image.iso',
    'raw:/root/image.iso,hdc:cdrom,ro',
  ])('%s', (spec) => {
    expect(disk(spec)).toEqual(iso);
  });

  test('xend’s empty cdrom', () => {
    const { target: _, ...empty } = iso;
    expect(disk(',hdc:cdrom,r')).toEqual({ ...empty, format: 'empty' });
    expect(disk('vdev=hdc,cdrom')).toEqual({ ...empty, format: 'empty' });
  });
});

describe('disks', () => {
  test.each([
    ['phy:/dev/vg/x,xvda,w', { target: '/dev/vg/x', format: 'raw', vdev: 'xvda', mode: 'w' }],
    ['phy:vg/x,xvda,r', { target: 'vg/x', mode: 'r', discard: false }],
    ['file:disk.img,xvda,w', { target: 'disk.img' }],
    ['tap:aio:/some/path,xvda,w', { target: '/some/path', format: 'raw' }],
    ['tap:qcow2:/some/path,xvda,w', { target: '/some/path', format: 'qcow2' }],
    ['vhd:/a,xvda', { format: 'vhd', mode: 'w' }],
    ['iscsi:iqn.2001-05,xvda,w', { target: 'iqn.2001-05', script: '/etc/xen/scripts/block-iscsi' }],
    ['drbd:r0,xvda,w', { target: 'r0', script: '/etc/xen/scripts/block-drbd' }],
    ['/a,qcow2,xvda,r', { format: 'qcow2', mode: 'r' }],
    ['vdev=xvda,format=qcow,/a', { target: '/a', format: 'qcow' }],
    ['vdev=xvda, target=/a,b:c=d ', { target: '/a,b:c=d ' }],
    [',,xvda,target=/a', { target: '/a' }],
    ['/a:b,raw,xvda', { target: '/a:b' }],
    ['/a,raw,xvda,rw,script=block-x', { script: '/etc/xen/scripts/block-x' }],
    ['/a,raw,xvda,rw,script=/opt/x', { script: '/opt/x' }],
    ['/a,raw,xvda,rw,backend=dd,backendtype=qdisk', { backendDomain: 'dd', backendType: 'qdisk' }],
    ['/a,raw,xvda,no-discard,untrusted', { discard: false, trusted: false }],
    ['/a,raw,xvda,direct-io-safe', { directIoSafe: true }],
    ['/a,raw,xvda,specification=virtio', { specification: 'virtio' }],
    ['/a,raw,xvda,rw,format=raw', { format: 'raw' }],
    ['/a,raw,51712', { vdev: '51712', devid: 51712 }],
  ])('%s', (spec, expected) => {
    expect(disk(spec)).toMatchObject(expected);
  });

  test.each([
    ['', '7:11', 'this disk has no vdev'],
    ['/a,raw', '7:11', 'this disk has no vdev'],
    ['/a,raw,xyz', '7:18', '"xyz" is no virtual device'],
    ['/a,rwa,xvda', '7:14', '"rwa" is no value for the disk parameter format'],
    ['/a,raw,xvda,q', '7:23', '"q" is no value for the disk parameter access'],
    ['/a,raw,xvda,rw,more', '7:26', '"more" is one parameter too many'],
    ['/a,raw,xvda,vdev=xvdb', '7:23', 'vdev is "xvda" already and cannot be "xvdb" as well'],
    ['/a,raw,xvda, acces=r', '7:24', 'unknown disk parameter "acces": did you mean "access"?'],
    ['http:/x,xvda,w', '7:11', 'unknown disk prefix "http:"'],
    [',raw,xvda', '7:11', 'disk xvda has no target, and only a cdrom can be empty'],
    ['/a,raw,xvda,backendtype=tap', '7:23', '"tap" is no value for the disk parameter backendtype'],
    ['/a,raw,hdc:tape,r', '7:22', '"tape" is no value for the disk parameter devtype'],
    ['/a,raw,xvda,colo', '7:23', 'COLO is not supported'],
  ])('%j is refused at %s', (spec, where, message) => {
    const error = failure(() => disk(spec));
    expect(error.code).toBe('config-invalid');
    expect(error.where).toBe(`guest.cfg:${where}`);
    expect(error.message).toBe(message);
  });
});

describe('virtual devices of xen-vbd-interface(7)', () => {
  test.each([
    ['xvda', 51712],
    ['d0', 51712],
    ['d0p0', 51712],
    ['xvdb2', 51730],
    ['d1p2', 51730],
    ['xvdq', 268439552],
    ['xvda16', 268435472],
    ['xvdtq37', 268572709],
    ['d536p37', 268572709],
    ['sda', 2048],
    ['sdb3', 2067],
    ['hda', 768],
    ['hdb1', 833],
    ['hdc2', 5634],
    ['hdd63', 5759],
    ['0xca00', 51712],
    ['0145000', 51712],
  ])('%s is %d', (name, devid) => {
    expect(parseVdev(name)).toBe(devid);
  });

  test.each([
    '',
    'xvd',
    'xvda0',
    'xvda01',
    'xvdaA',
    'xvda256',
    'hde',
    'hda64',
    'sdq',
    'sda16',
    '-1',
    'xvdzzzzz',
    'd1048576',
  ])('%j is none', (name) => {
    expect(parseVdev(name)).toBeUndefined();
  });

  test('numbers get their names back', () => {
    expect([51712, 51730, 268572709, 2067, 833, 5634, 7].map(formatVdev)).toEqual([
      'xvda',
      'xvdb2',
      'xvdtq37',
      'sdb3',
      'hdb1',
      'hdc2',
      '7',
    ]);
  });
});
