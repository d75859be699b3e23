import { describe, expect, test } from 'vitest';
import { type Position, parseRate, parseVfb, parseVif, xenMac } from '../../src/config/index.js';
import type { DomainType } from '../../src/model/index.js';
import { failure } from './failure.js';

const at = { file: 'guest.cfg', line: 3, column: 9 };

function vif(text: string, type: DomainType = 'pv') {
  const warnings: string[] = [];
  const warn = (where: Position, message: string) => warnings.push(`${where.column}: ${message}`);
  return { ...parseVif({ kind: 'atom', text, at, lead: 1 }, type, warn), warnings };
}

function vfb(text: string) {
  const warnings: string[] = [];
  const warn = (where: Position, message: string) => warnings.push(`${where.column}: ${message}`);
  return { ...parseVfb({ kind: 'atom', text, at, lead: 1 }, 0, warn), warnings };
}

describe('vifs', () => {
  test('an empty spec is an interface with every default', () => {
    expect(vif('')).toEqual({
      bridge: 'xenbr0',
      type: 'vif',
      model: 'rtl8139',
      script: '/etc/xen/scripts/vif-bridge',
      trusted: true,
      warnings: [],
    });
  });

  test.each([
    [
      'mac=00:16:3E:74:3d:76,model=e1000,bridge=xenbr1',
      { mac: '00:16:3e:74:3d:76', model: 'e1000', bridge: 'xenbr1' },
    ],
    ['mac=0:16:3e:1:2:3', { mac: '00:16:3e:01:02:03' }],
    ['mac=00-16-3e-01-02-03', { mac: '00:16:3e:01:02:03' }],
    [
      '  ip=10.0.0.1 10.0.0.2 , script=vif-route',
      { ip: '10.0.0.1 10.0.0.2 ', script: '/etc/xen/scripts/vif-route' },
    ],
    [
      'gatewaydev=eth0,vifname=web,backend=net',
      { gatewayDevice: 'eth0', vifname: 'web', backendDomain: 'net' },
    ],
    ['devid=3,mtu=9000,untrusted', { devid: 3, mtu: 9000, trusted: false }],
    ['rate=10Mb/s@20ms', { rate: { bytesPerInterval: 25000, intervalUsecs: 20000 } }],
  ])('%s', (spec, expected) => {
    expect(vif(spec)).toMatchObject({ ...expected, warnings: [] });
  });

  test('the null MAC address means none, as in libxl', () => {
    expect(vif('mac=00:00:00:00:00:00').mac).toBeUndefined();
  });

  test('HVM domains get an emulated card as well, unless told otherwise', () => {
    expect(vif('', 'hvm').type).toBe('ioemu');
    expect(vif('type=vif', 'hvm').type).toBe('vif');
  });

  test.each([
    ['bridge=br0,brigde=br1', '21: unknown vif parameter "brigde": did you mean "bridge"?'],
    ['netdev=eth0', '10: the vif parameter "netdev" is deprecated: use "gatewaydev" instead'],
    ['fast', '10: unknown vif parameter "fast"'],
  ])('%s is passed over with a warning', (spec, warning) => {
    expect(vif(spec).warnings).toEqual([warning]);
  });

  test.each([
    ['bridge=br0,mac=00:16:3e', '3:21', '"00:16:3e" is no MAC address'],
    [
      'mac=01:00:5e:00:00:01',
      '3:10',
      '01:00:5e:00:00:01 is a group address, which no interface can have',
    ],
    ['type=ioemu', '3:10', 'a pv domain cannot have an emulated interface'],
    ['type=tap', '3:10', '"tap" is no type of vif'],
    ['mtu=big', '3:10', 'the vif parameter "mtu" must be a number from 68 to 65535, not "big"'],
    ['bridge=', '3:10', 'the vif parameter "bridge" needs a value: bridge=…'],
    ['rate=fast', '3:10', '"fast" is no rate'],
  ])('%s is refused at %s', (spec, where, message) => {
    const error = failure(() => vif(spec));
    expect([error.code, error.where, error.message]).toEqual([
      'config-invalid',
      `guest.cfg:${where}`,
      message,
    ]);
  });

  test('MAC addresses made up here are Xen’s', () => {
    expect(xenMac([0xff, 0, 0x1a])).toBe('00:16:3e:7f:00:1a');
  });
});

describe('rates', () => {
  test.each([
    ['10Mb/s', 62500, 50000],
    ['250KB/s', 12500, 50000],
    ['1MB/s@20ms', 20000, 20000],
    ['1GB/s@1s', 1000000000, 1000000],
    ['800b/s@1', 100, 1000000],
    ['1MB/s@500us', 500, 500],
    ['1MB/s@500u', 500, 500],
  ])('%s', (text, bytesPerInterval, intervalUsecs) => {
    expect(parseRate(text)).toEqual({ bytesPerInterval, intervalUsecs });
  });

  test.each([
    ['', '"" is no rate'],
    ['10Mb', '"10Mb" is no rate'],
    ['10mb/s', '"10mb/s" is no rate'],
    ['1MB/s@', '"1MB/s@" is no rate'],
    ['0MB/s', 'the rate "0MB/s" lets no byte through in an interval'],
    ['1b/s', 'the rate "1b/s" lets no byte through in an interval'],
    ['4294967296B/s', 'the rate "4294967296B/s" is too high'],
    ['1B/s@4295s', 'the rate "1B/s@4295s" is too high'],
    ['4294967295GB/s@4294s', 'the rate "4294967295GB/s@4294s" is too high'],
  ])('%s is none', (text, problem) => {
    expect(parseRate(text)).toBe(problem);
  });
});

describe('vfbs', () => {
  test('an empty spec is a VNC server on the first free display of this host', () => {
    expect(vfb('')).toEqual({
      devid: 0,
      vnc: true,
      vncListen: '127.0.0.1',
      vncDisplay: 0,
      vncUnused: true,
      sdl: false,
      opengl: false,
      warnings: [],
    });
  });

  test('all parameters', () => {
    expect(
      vfb(
        'vnc=0, vnclisten=0.0.0.0,vncdisplay=5,vncunused=0,vncpasswd=x,sdl=1,opengl=1,display=:0,xauthority=/x,keymap=de',
      ),
    ).toEqual({
      devid: 0,
      vnc: false,
      vncListen: '0.0.0.0',
      vncDisplay: 5,
      vncUnused: false,
      vncPassword: 'x',
      sdl: true,
      opengl: true,
      display: ':0',
      xauthority: '/x',
      keymap: 'de',
      warnings: [],
    });
  });

  test('what xl passes over, such as xend’s type=vnc, is warned about', () => {
    expect(vfb('type=vnc,vncunused=1').warnings).toEqual(['10: unknown vfb parameter "type"']);
  });

  test('a flag where a number belongs is refused', () => {
    const error = failure(() => vfb('vnc=yes'));
    expect(error.where).toBe('guest.cfg:3:10');
    expect(error.message).toBe('the vfb parameter "vnc" must be a number, not "yes"');
  });
});
