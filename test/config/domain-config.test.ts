import { describe, expect, test } from 'vitest';
import {
  domainConfigFromJson,
  isKnownKey,
  KEYS,
  parseDomainConfig,
  withoutSecrets,
} from '../../src/config/index.js';
import type { JsonObject } from '../../src/model/index.js';
import { failure } from './failure.js';

function parse(text: string, ...overrides: string[]) {
  return parseDomainConfig(text, { file: 'guest.cfg', overrides });
}

/** The config of a file that has the least a PV domain needs, and `text`. */
function config(text: string, ...overrides: string[]) {
  return parse(`name = "x"; kernel = "/k"\n${text}`, ...overrides).config;
}

function warnings(text: string, ...overrides: string[]) {
  return parse(`name = "x"; kernel = "/k"\n${text}`, ...overrides).warnings.map(
    ({ where, message }) => `${where}: ${message}`,
  );
}

describe('defaults, as xl’s', () => {
  test('of the smallest config', () => {
    expect(parse('name = "x"\nkernel = "/k"')).toEqual({
      config: {
        name: 'x',
        type: 'pv',
        memoryKib: 32 * 1024,
        maxMemoryKib: 32 * 1024,
        vcpus: 1,
        maxVcpus: 1,
        kernel: '/k',
        cmdline: '',
        bootloaderArgs: [],
        onPoweroff: 'destroy',
        onReboot: 'restart',
        onCrash: 'destroy',
        onWatchdog: 'destroy',
        onSoftReset: 'soft-reset',
        nomigrate: false,
        localtime: false,
        rtcTimeOffset: 0,
        disks: [],
        vifs: [],
        vfbs: [],
        kept: {},
      },
      warnings: [],
    });
  });

  test('maxmem is memory, maxvcpus is vcpus', () => {
    expect(config('memory = 128; vcpus = 4')).toMatchObject({
      memoryKib: 131072,
      maxMemoryKib: 131072,
      vcpus: 4,
      maxVcpus: 4,
    });
    expect(config('maxmem = 128; maxvcpus = 4')).toMatchObject({
      memoryKib: 131072,
      maxMemoryKib: 131072,
      vcpus: 1,
      maxVcpus: 4,
    });
  });
});

describe('values', () => {
  test.each([
    ['memory = "0x80"; maxmem = 0400', { memoryKib: 131072, maxMemoryKib: 262144 }],
    ['uuid = "C0FFEE00112233445566778899AABBCC"', { uuid: 'c0ffee00-1122-3344-5566-778899aabbcc' }],
    ['builder = "hvm"', { type: 'hvm' }],
    ['builder = "generic"; type = "pv"', { type: 'pv' }],
    ['root = "/dev/xvda"; extra = "ro"', { cmdline: 'root=/dev/xvda ro' }],
    ['root = "/dev/xvda"', { cmdline: 'root=/dev/xvda' }],
    ['extra = "ro"; extra += " quiet"', { cmdline: 'ro quiet' }],
    ['cmdline = "a b"', { cmdline: 'a b' }],
    [
      'bootloader = "pygrub"; bootloader_args = ["-q", "--x"]',
      { bootloader: 'pygrub', bootloaderArgs: ['-q', '--x'] },
    ],
    ['bootloader_args = " -q\t--x "', { bootloaderArgs: ['-q', '--x'] }],
    ['cpus = "0-3,^1,node:1"', { cpus: '0-3,^1,node:1' }],
    ['cpus = [ 2, "3-8,^5", "all" ]', { cpus: ['2', '3-8,^5', 'all'] }],
    ['cpus_soft = "nodes:0-1,^node:1"', { cpusSoft: 'nodes:0-1,^node:1' }],
    ['cpu_weight = 512; cap = 50; pool = "p"', { cpuWeight: 512, cpuCap: 50, pool: 'p' }],
    [
      'nomigrate = 1; localtime = 2; rtc_timeoffset = "-3600"',
      { nomigrate: true, localtime: true, rtcTimeOffset: -3600 },
    ],
    ['on_crash = "coredump-restart"', { onCrash: 'coredump-restart' }],
    [
      'acpi = 0; tsc_mode = 1; viridian = ["base"]; videoram = 8',
      { kept: { acpi: false, tsc_mode: '1', viridian: ['base'] }, videoRamKib: 8192 },
    ],
    ['vif = [ "", "devid=4", "" ]', { vifs: [{ devid: 5 }, { devid: 4 }, { devid: 6 }] }],
    [
      'disk = ["/a,raw,xvda"]; disk += ["/b,raw,xvdb"]',
      { disks: [{ target: '/a' }, { target: '/b' }] },
    ],
    ['memory = 1; memory = 2', { memoryKib: 2048 }],
    ['pci = []; pvshim = 0', { kept: {} }],
    ['vnc = 1; vnclisten = "::1"', { vfbs: [{ devid: 0, vnc: true, vncListen: '::1' }] }],
    ['vnc = 1; vfb = ["vnc=0"]', { vfbs: [{ vnc: false }] }],
    ['type = "hvm"; sdl = 1', { display: { vnc: true, sdl: true }, vfbs: [] }],
  ])('%s', (text, expected) => {
    expect(config(text)).toMatchObject(expected);
  });

  test('what an HVM domain boots may be its disk', () => {
    const { config } = parse('name = "x"; type = "hvm"');
    expect(config.kernel).toBeUndefined();
    expect(config.display).toMatchObject({ vnc: true, vncListen: '127.0.0.1' });
  });

  test('PV firmware stands in for a kernel', () => {
    expect(parse('name = "x"; firmware = "pvgrub64"').config.firmware).toBe('pvgrub64');
  });
});

describe('overrides', () => {
  test.each([
    [['name="y"'], { name: 'y' }],
    [['memory=64', 'memory=65'], { memoryKib: 65 * 1024 }],
    [['memory=64;vcpus=2'], { memoryKib: 65536, vcpus: 2 }],
    [['kernel=/boot/vmlinuz-6.1'], { kernel: '/boot/vmlinuz-6.1' }],
    [['name=web-1'], { name: 'web-1' }],
    [['name=web'], { name: 'web' }],
    [['cmdline=root=/dev/xvda1 ro'], { cmdline: 'root=/dev/xvda1 ro' }],
    [['disk+=["/b,raw,xvdb"]'], { disks: [{ vdev: 'xvda' }, { vdev: 'xvdb' }] }],
    [['disk=[]'], { disks: [] }],
  ])('%j', (overrides, expected) => {
    expect(config('disk = ["/a,raw,xvda"]', ...overrides)).toMatchObject(expected);
    expect(warnings('', ...overrides)).toEqual([]);
  });

  test.each([
    [['vcpus=2', 'memory=128M'], 'command line:2:8', '"memory" must be a number'],
    [['name="y'], 'command line:1:6', 'this string is not closed'],
    [['disk=["/a"'], 'command line:1:6', 'this list of "disk" is not closed'],
    [['Memory=1'], 'command line:1:1', 'unexpected character "M"'],
    [['paused'], 'command line:1:7', 'expected "=" or "+="'],
  ])('%j is refused', (overrides, where, message) => {
    const error = failure(() => config('', ...overrides));
    expect(error.code).toBe('config-invalid');
    expect(error.where).toBe(where);
    expect(error.message).toContain(message);
  });
});

describe('warnings', () => {
  test.each([
    ['memroy = 1', 'guest.cfg:2:1: unknown key "memroy": did you mean "memory"?'],
    ['\n  frobnicate = 1', 'guest.cfg:3:3: unknown key "frobnicate"'],
    ['builder = "hvm"', 'guest.cfg:2:1: "builder" is deprecated: use "type" instead'],
    [
      'vif2 = []',
      'guest.cfg:2:1: "vif2" is deprecated: netchannel2 is not supported and this is ignored',
    ],
    ['cmdline = "a"; extra = "b"', 'guest.cfg:2:24: "extra" is ignored, because "cmdline" is set'],
    [
      'bootloader_args = "-q"',
      'guest.cfg:2:19: a text for "bootloader_args" is deprecated: use a list of arguments',
    ],
    [
      'vif = [ "bridgé=x" ]',
      'guest.cfg:2:10: unknown vif parameter "bridgé": did you mean "bridge"?',
    ],
    [
      'name = 12',
      'guest.cfg:2:8: the name "12" is a number: commands will take it for a domid, not for this domain',
    ],
  ])('%j', (text, warning) => {
    expect(warnings(text)).toEqual([warning]);
  });

  test('hvmloader as the kernel is passed over', () => {
    const { config, warnings } = parse(
      'name="x"; type="hvm"; kernel="/usr/lib/xen/boot/hvmloader"',
    );
    expect(config.kernel).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });
});

describe('errors', () => {
  test.each([
    ['memory = "lots"', '2:10', '"memory" must be a number, and "lots" is none'],
    ['memory = 08', '2:10', '"memory" must be a number, and "08" is none'],
    ['memory = 0', '2:10', '"memory" is 0; the least is 1'],
    ['memory = [ 1 ]', '2:10', '"memory" must be a single value, not a list'],
    ['memory = 1; memory += 2', '2:23', '"+=" cannot be used with the number "memory"'],
    ['memory = 256\nmaxmem = 128', '3:10', '"maxmem" is 128 MiB and "memory" 256 MiB'],
    ['vcpus = 4; maxvcpus = 2', '2:23', '"maxvcpus" is 2 and "vcpus" 4'],
    ['type = "hvm"; vcpus = 129', '2:23', '"vcpus" is 129; the most is 128'],
    ['type = "xen"', '2:8', '"xen" is no value for "type"'],
    [
      'type = "pvh"; builder = "hvm"',
      '2:25',
      '"builder" makes this a hvm domain and "type" a pvh domain',
    ],
    ['uuid = "1234"', '2:8', '"1234" is no UUID'],
    ['uuid = "00000000-0000-0000-0000-000000000000"', '2:8', 'the null UUID is that of domain 0'],
    ['name = ""', '2:8', 'the name of the domain is empty'],
    ['name = "a\\nb"', '2:8', 'contains a control character'],
    [
      'on_crash = "restrat"',
      '2:12',
      '"restrat" is no value for "on_crash": did you mean "restart"?',
    ],
    ['disk = "/a,raw,xvda"', '2:8', '"disk" must be a list, not a single value'],
    ['disk = [ [ "/a" ] ]', '2:10', 'the items of "disk" must be single values, not lists'],
    [
      'disk = [ "/a,raw,xvda",\n "/b,raw,51712" ]',
      '3:2',
      'is that of another disk, at guest.cfg:2:10',
    ],
    ['disk = [ "/a,row,xvda" ]', '2:14', '"row" is no value for the disk parameter format'],
    [
      'vif = [ "", "devid=1", "devid=1" ]',
      '2:24',
      'devid 1 is that of another vif, at guest.cfg:2:13',
    ],
    ['vif = [ "mac=xx" ]', '2:10', '"xx" is no MAC address'],
    ['cpus = "0-3,8-5"', '2:13', 'the range 8-5 ends before it begins'],
    ['cpus = "^all"', '2:9', '"^" cannot be put before "all"'],
    ['cpu_weight = 0', '2:14', '"cpu_weight" is 0; the least is 1'],
    ['nomigrate = "yes"', '2:13', '"nomigrate" must be a number, and "yes" is none'],
    ['acpi = []', '2:8', '"acpi" must be a single value, not a list'],
    ['device_model_args = "-x"', '2:21', '"device_model_args" must be a list, not a single value'],
    ['pci = [ "01:00.0" ]', '2:1', '"pci" is not supported'],
    ['seclabel = "system_u"', '2:1', '"seclabel" is not supported'],
    ['firmware = "pvgrub32"', '2:12', 'both "kernel" and "firmware" are set'],
    [
      'extra = "a"; extra += [ "b" ]',
      '2:23',
      '"extra" is a single value so far, and a list cannot be added to it',
    ],
    ['type = "hvm"; kernel = ""; ramdisk = "/r"', '2:38', '"ramdisk" needs a "kernel" to go with'],
  ])('%j', (text, where, message) => {
    const error = failure(() => config(text));
    expect(error.code).toBe('config-invalid');
    expect(error.where).toBe(`guest.cfg:${where}`);
    expect(error.message).toContain(message);
  });

  test('a domain needs a name', () => {
    expect(failure(() => parse('kernel = "/k"'))).toMatchObject({
      where: 'guest.cfg:1:1',
      message: 'the domain has no name',
    });
  });

  test('a PV domain needs something to boot', () => {
    expect(failure(() => parse('memory = 1\nname = "x"'))).toMatchObject({
      where: 'guest.cfg:2:8',
      message: 'there is neither a "kernel" nor a "bootloader" to boot from',
    });
  });
});

describe('the JSON form', () => {
  const full = config(
    'disk = ["/a,raw,xvda,backend=b"]; vif = ["mac=00:16:3e:0:0:1,rate=1MB/s"]; vfb = ["vncpasswd=hush"]; cpus = ["1"]; spicepasswd = "hush"',
  );

  test('comes back equal', () => {
    const json: JsonObject = full;
    expect(domainConfigFromJson(JSON.parse(JSON.stringify(json)))).toEqual(full);
  });

  test.each([
    ['a missing field', { ...full, name: undefined }, 'name'],
    ['a wrong type', { ...full, vcpus: 'two' }, 'vcpus'],
    ['a damaged disk', { ...full, disks: [{ ...full.disks[0], mode: 'x' }] }, 'disks.0.mode'],
    ['something else', 17, ''],
  ])('is refused with %s', (_, damaged, where) => {
    const error = failure(() => domainConfigFromJson(damaged));
    expect(error.code).toBe('config-invalid');
    expect(error.where).toBe(where);
  });

  test('can do without its passwords', () => {
    expect(JSON.stringify(full)).toContain('hush');
    expect(JSON.stringify(withoutSecrets(full))).not.toContain('hush');
    expect(domainConfigFromJson(withoutSecrets(full)).disks).toEqual(full.disks);
  });
});

test('the table of keys knows xl.cfg(5), and nothing by inheritance', () => {
  expect(Object.keys(KEYS).length).toBeGreaterThan(140);
  expect(isKnownKey('toString')).toBe(false);
  expect(warnings('tostring = 1')).toEqual(['guest.cfg:2:1: unknown key "tostring"']);
});
