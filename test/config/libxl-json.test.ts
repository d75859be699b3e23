import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  configFromLibxl,
  type DomainConfig,
  libxlConfig,
  libxlConfigWithOwn,
  parseDomainConfig,
  startedLibxlConfig,
} from '../../src/config/index.js';
import { ToolstackError } from '../../src/model/index.js';

/** Configs, and what xl 4.17 made of them: `xl -N create`, `xl list -l`, libxl's own userdata. */
const GOLDEN = fileURLToPath(new URL('golden/libxl/', import.meta.url));

type Loose = { [name: string]: Loose } & { [index: number]: Loose };

const read = (file: string): string => readFileSync(GOLDEN + file, 'utf8');
// libxl's userdata ends in the NUL of a C string.
const readJson = (file: string): Loose => JSON.parse(read(file).replace(/\0$/, '')) as Loose;
const configOf = (name: string): DomainConfig =>
  parseDomainConfig(read(`${name}.cfg`), { file: `${name}.cfg` }).config;

/**
 * The same in the words that a DomainConfig allows: it always has what xl leaves to libxl where a
 * file does not say it, and does not know whether a file said what goes without saying.
 */
function normalised(config: Loose): unknown {
  const { b_info, nics, vfbs, disks, ...rest } = config as unknown as {
    readonly b_info: Record<string, unknown> & { 'type.hvm'?: Screen };
    readonly nics?: readonly Record<string, unknown>[];
    readonly vfbs?: readonly Screen[];
    readonly disks?: readonly Record<string, unknown>[];
  };
  const isHvm = 'type.hvm' in b_info;
  return {
    ...rest,
    b_info: {
      ...{ max_vcpus: 1, avail_vcpus: [0], max_memkb: 32768, target_memkb: 32768 },
      ...b_info,
      ...(b_info['type.hvm'] === undefined ? {} : { 'type.hvm': screen(b_info['type.hvm']) }),
    },
    nics: nics?.map((nic) =>
      without(
        { bridge: 'xenbr0', ...nic },
        { trusted: 'True', nictype: isHvm ? 'vif_ioemu' : 'vif' },
      ),
    ),
    vfbs: vfbs?.map(screen),
    disks: disks?.map((disk) => without(disk, { specification: 'xen', pdev_path: '' })),
  };
}

interface Screen {
  readonly vnc: Record<string, unknown>;
  readonly sdl: Record<string, unknown>;
}

function screen({ vnc, sdl, ...rest }: Screen): object {
  return {
    ...rest,
    vnc: without({ enable: 'True', ...vnc }, { listen: '127.0.0.1' }),
    sdl: without(sdl, { enable: 'False', opengl: 'False' }),
  };
}

function without(said: Record<string, unknown>, unsaid: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(said).filter(([name, value]) => unsaid[name] !== value));
}

describe('a config is in the JSON of libxl what xl makes of it:', () => {
  test.each([
    'pv',
    'bootloader',
    'pv-firmware',
    'pvh',
    'hvm',
    'hvm-lists',
    'hvm-direct-boot',
    'hvm-more',
    'started',
  ])('%s', (name) => {
    const expected = readJson(`${name}.json`);
    // Not written here: features of processors, and lists of them.
    delete expected.b_info?.cpuid;
    delete expected.b_info?.['type.hvm']?.viridian_enable;
    const ours = libxlConfig(configOf(name)) as Loose;
    // xl does not pin vcpus that the file does not count.
    if (expected.b_info?.max_vcpus === undefined) delete ours.b_info?.vcpu_soft_affinity;
    expect(normalised(ours)).toEqual(normalised(expected));
  });

  test('members are in the order of libxl', () => {
    const order = (value: unknown): string[] =>
      value !== null && typeof value === 'object'
        ? Object.entries(value).flatMap(([name, member]) => [name, ...order(member)])
        : [];
    for (const name of ['started', 'hvm']) {
      const ours = libxlConfig(configOf(name));
      const said = new Set(order(ours));
      // An interface that names no bridge has one here, and an empty drive no path.
      for (const member of ['bridge', 'pdev_path']) said.delete(member);
      const theirs = order(readJson(`${name}.json`)).filter((each) => said.has(each));
      expect(order(ours).filter((each) => theirs.includes(each))).toEqual(theirs);
    }
  });
});

describe('a config of a domain that was started is what xl lists', () => {
  test.each([
    ['when it has been created', 'started.list-l.json', 2, {}],
    [
      'when all that can be changed has been',
      'changed.list-l.json',
      0,
      { name: 'lives', memoryKib: 48 * 1024, vcpus: 1, cpuWeight: 100 },
    ],
  ])('%s', (_, file, index, change) => {
    const expected = readJson(file)[index]?.config as Loose;
    const config = { ...configOf('started'), ...change } as DomainConfig;
    expect(normalised(startedLibxlConfig(config) as Loose)).toEqual(normalised(expected));
  });
});

describe('what libxl wrote is read', () => {
  test.each(['pv', 'pv-firmware', 'pvh', 'hvm', 'started'])(
    '%s, and means what the file of xl says',
    (name) => {
      const { kept, ...config } = configOf(name);
      const { kept: keptBack, ...back } = configFromLibxl(readJson(`${name}.json`));
      // What goes without saying is not said again.
      const said = Object.fromEntries(
        Object.entries(config).filter(
          ([field, value]) =>
            !(field === 'cpus' && String(value) === 'all') && field !== 'videoRamKib',
        ),
      );
      const { bios: firmware, ...others } = kept;
      expect(back).toEqual({ ...said, ...(firmware === undefined ? {} : { firmware }) });
      for (const [key, value] of Object.entries(keptBack)) expect(others[key]).toEqual(value);
    },
  );

  test('as it is kept of each domain', () => {
    expect(configFromLibxl(readJson('userdata.libxl-json'))).toMatchObject({
      name: 'pv1',
      uuid: 'ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67',
      type: 'pv',
      kernel: '/guest/vmlinuz',
      cmdline: 'console=hvc0 quiet mitigations=off tick',
      memoryKib: 131072,
      onReboot: 'restart',
      onSoftReset: 'soft-reset',
      onCrash: 'destroy',
      disks: [{ vdev: 'xvda', devid: 51712, target: '/tmp/pv1.img', mode: 'w' }],
      vifs: [{ devid: 0, mac: '00:16:3e:aa:bb:cc', bridge: 'xenbr0', type: 'vif' }],
      kept: {},
    });
    expect(configFromLibxl(readJson('pvh.libxl-json'))).toMatchObject({
      type: 'pvh',
      cpus: '0',
      cpuWeight: 512,
      cpuCap: 50,
      shadowMemoryKib: 16384,
    });
  });

  test('whatever else may be in it', () => {
    const started = startedLibxlConfig(configOf('started'));
    const extended = {
      ...started,
      vtpms: [{ devid: 0 }],
      b_info: { ...(started.b_info as object), later: { a: [1] } },
    };
    expect(configFromLibxl(extended)).toEqual(configFromLibxl(started));
  });

  test.each([
    [null, ''],
    [{ c_info: { type: 'pv', name: '' }, b_info: {} }, 'c_info.name'],
    [{ c_info: { type: 'alien', name: 'x' }, b_info: {} }, 'c_info.type'],
    [{ c_info: { type: 'pv', name: 'x' }, b_info: { max_memkb: -1 } }, 'b_info.max_memkb'],
    [{ c_info: { type: 'hvm', name: 'x' }, b_info: { 'type.hvm': 1 } }, 'b_info.type.hvm'],
    [{ c_info: { type: 'pv', name: 'x' }, b_info: {}, disks: [{ vdev: '' }] }, 'disks'],
  ])('unless it is none: %j', (value, where) => {
    expect(() => configFromLibxl(value)).toThrow(ToolstackError);
    try {
      configFromLibxl(value);
    } catch (error) {
      expect(error).toMatchObject({ code: 'config-invalid', where });
    }
  });
});

test('what libxl has no place for travels in a member of its own, and nothing else does', () => {
  const plain = configOf('started');
  expect(libxlConfigWithOwn(plain)).toEqual(startedLibxlConfig(plain));
  const own: DomainConfig = {
    ...plain,
    unsupervised: true,
    layout: 'xl',
    cpus: 'nodes:0',
    kept: { cpuid: 'host,tm=0' },
    next: { ...plain, vcpus: 1 },
  };
  const travelling = libxlConfigWithOwn(own);
  expect(Object.keys(travelling.domovoi as object).sort()).toEqual(
    ['cpus', 'kept', 'layout', 'next', 'unsupervised'].sort(),
  );
  expect(configFromLibxl(travelling)).toEqual(own);
});
