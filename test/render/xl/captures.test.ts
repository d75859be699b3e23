import { describe, expect, test } from 'vitest';
import {
  type DomainVcpus,
  domid,
  type HostReport,
  kib,
  mibToKib,
  type NamedDomain,
  uuid,
  type VcpuInfo,
  XenbusState,
} from '../../../src/model/index.js';
import { cpuList } from '../../../src/render/xl/cpu-list.js';
import {
  BLOCK_LIST_HEADER,
  NETWORK_LIST_HEADER,
  renderDisks,
  renderInterfaces,
} from '../../../src/render/xl/devices.js';
import { infoFields, renderInfo } from '../../../src/render/xl/info.js';
import { renderXlList } from '../../../src/render/xl/list.js';
import { renderPoolScheduling, renderScheduling } from '../../../src/render/xl/scheduling.js';
import { renderShortUptimes, renderUptimes } from '../../../src/render/xl/uptime.js';
import { renderVcpus, VCPU_LIST_HEADER } from '../../../src/render/xl/vcpu-list.js';
import { renderVmList } from '../../../src/render/xl/vm-list.js';
import { readGolden } from '../../xl/golden.js';

/** What xl printed of the host that `test/xl/capture.sh` made; the first such case. */
function captured(commandLine: string): string {
  const [file = ''] = commandLine.split(' ');
  const cases = readGolden(file).filter(({ words }) => words.join(' ') === commandLine);
  // Before it came those of the host without guests.
  return cases.find(({ state }) => state !== 'no guest')?.stdout ?? '';
}

/** The words of each row below the header. */
function rows(text: string): string[][] {
  return text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim().split(/\s+/));
}

const DOMAINS: readonly NamedDomain[] = rows(captured('vm-list')).map(([handle, id, name]) => ({
  domid: domid(Number(id)),
  uuid: uuid(handle ?? ''),
  name: name ?? null,
}));

function domainNamed(wanted: string): NamedDomain {
  const found = DOMAINS.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`there was no domain "${wanted}"`);
  return found;
}
const PV1 = domainNamed('pv1');

describe('as xl 4.17 prints it:', () => {
  test.each(['-v', '-c', '-n', '-Z', '-v -c', '-vc', '-vn', '-cn', '-vcnZ'])(
    'list %s',
    (options) => {
      const text = captured(`list ${options}`);
      const listed = rows(text).map(([name = '', , memory, vcpus, flags = '', seconds]) => {
        return {
          ...domainNamed(name),
          type: 'pv' as const,
          running: flags.includes('r'),
          blocked: flags.includes('b'),
          paused: flags.includes('p'),
          shutdown: undefined,
          dying: false,
          memoryKib: mibToKib(Number(memory)),
          maxMemoryKib: mibToKib(Number(memory)),
          vcpus: Number(vcpus),
          maxVcpus: 2,
          cpupool: 0,
          cpuTimeNs: Number(seconds) * 1e9,
        };
      });
      expect(
        renderXlList(listed, {
          verbose: options.includes('v'),
          context: options.includes('Z'),
          numa: options.includes('n'),
          pools: options.includes('c') ? { 0: 'Pool-0' } : undefined,
        }),
      ).toBe(text);
    },
  );

  test('vcpu-list', () => {
    const text = captured('vcpu-list pv1');
    const vcpus = rows(text).map(
      ([, , vcpu, cpu, state = '', seconds]): VcpuInfo => ({
        vcpu: Number(vcpu),
        online: cpu !== '-',
        running: state.includes('r'),
        blocked: state.includes('b'),
        cpu: cpu === '-' ? 0 : Number(cpu),
        cpuTimeNs: Number(seconds) * 1e9,
        hardAffinity: [0, 1],
        softAffinity: [0, 1],
      }),
    );
    const pv1: DomainVcpus = { ...PV1, vcpus };
    expect(VCPU_LIST_HEADER + renderVcpus(pv1, 2)).toBe(text);
  });

  test('vm-list', () => {
    expect(renderVmList(DOMAINS)).toBe(captured('vm-list'));
  });

  test('uptime', () => {
    const text = captured('uptime');
    const timed = rows(text).map(([name = '', id, time = '']) => {
      const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
      return {
        ...PV1,
        name,
        domid: domid(Number(id)),
        seconds: hours * 3600 + minutes * 60 + seconds,
      };
    });
    expect(renderUptimes(timed)).toBe(text);
  });

  test('uptime -s', () => {
    const text = captured('uptime -s pv1');
    const [, now, minutes] = / (\S+) up {2}0:(\d\d), /.exec(text) ?? [];
    const pv1 = {
      ...PV1,
      domid: domid(Number(/\((\d+)\)/.exec(text)?.[1])),
      seconds: Number(minutes) * 60 + 59,
    };
    expect(renderShortUptimes([pv1], new Date(`2026-11-21T${now}`))).toBe(text);
  });

  test.each([
    [59, ' 0:00:59'],
    [86_399, '23:59:59'],
    [86_400, '1 day,  0:00:00'],
    [200_000, '2 days,  7:33:20'],
  ])('uptime of %i s', (seconds, shown) => {
    expect(renderUptimes([{ ...PV1, seconds }]).endsWith(` ${shown}\n`)).toBe(true);
  });

  test('sched-credit2', () => {
    const domains = DOMAINS.map((domain) => ({ ...domain, weight: 256, cap: 0 }));
    const report = { pool: 'Pool-0', ratelimitUs: 1000, domains };
    expect(renderPoolScheduling(report) + renderScheduling(domains)).toBe(
      captured('sched-credit2'),
    );
  });

  test('block-list', () => {
    const text = captured('block-list pv1');
    const [id, , , state, channel, ring, backendPath = ''] = rows(text)[0] ?? [];
    const disk = {
      devid: Number(id),
      vdev: 'xvda',
      params: '',
      mode: 'w' as const,
      removable: false,
      frontendPath: '',
      backendState: XenbusState.connected,
      backendDomid: domid(0),
      frontendDomid: PV1.domid,
      state: Number(state) as XenbusState,
      eventChannel: Number(channel) === -1 ? null : Number(channel),
      ringRef: Number(ring),
      backendPath,
    };
    expect(BLOCK_LIST_HEADER + renderDisks([disk])).toBe(text);
  });

  test('network-list', () => {
    const text = captured('network-list pv1');
    const [, , mac = '', handle, state, channel, rings = '', backendPath = ''] =
      rows(text)[0] ?? [];
    const [tx, rx] = rings.split('/').map(Number);
    const nic = {
      devid: Number(handle),
      bridge: null,
      frontendPath: '',
      backendState: XenbusState.connected,
      backendDomid: domid(0),
      mac,
      state: Number(state) as XenbusState,
      eventChannel: Number(channel) === -1 ? null : Number(channel),
      txRingRef: tx ?? 0,
      rxRingRef: rx ?? 0,
      backendPath,
    };
    expect(NETWORK_LIST_HEADER + renderInterfaces([nic])).toBe(text);
  });

  test.each(['info', 'info -n'])('%s', (commandLine) => {
    const text = captured(commandLine);
    const host = capturedHost(text);
    expect(renderInfo(host, { numa: commandLine.endsWith('-n') })).toBe(text);
    expect(infoFields(host).get('xen_version')).toBe(captured('info xen_version').trimEnd());
  });
});

function capturedHost(text: string): HostReport {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, 23).trimEnd(), line.slice(25)] as const),
  );
  const word = (field: string): string => fields.get(field) ?? '';
  const count = (field: string): number => Number(word(field));
  const size = (field: string) => mibToKib(count(field));
  return {
    system: {
      host: word('host'),
      release: word('release'),
      version: word('version'),
      machine: word('machine'),
    },
    nrCpus: count('nr_cpus'),
    maxCpuId: count('max_cpu_id'),
    nrNodes: count('nr_nodes'),
    coresPerSocket: count('cores_per_socket'),
    threadsPerCore: count('threads_per_core'),
    cpuKhz: Math.round(count('cpu_mhz') * 1000),
    hwCaps: word('hw_caps'),
    virtCaps: word('virt_caps').split(' '),
    totalMemoryKib: size('total_memory'),
    freeMemoryKib: size('free_memory'),
    outstandingClaimsKib: kib(0),
    sharingFreedKib: kib(0),
    sharingUsedKib: kib(0),
    freeCpus: count('free_cpus'),
    scheduler: word('xen_scheduler'),
    xen: {
      major: count('xen_major'),
      minor: count('xen_minor'),
      extra: word('xen_extra'),
      capabilities: word('xen_caps'),
      pageSize: count('xen_pagesize'),
      platformParameters: word('platform_params').replace('virt_start=', ''),
      changeset: word('xen_changeset'),
      commandline: word('xen_commandline'),
      compiler: word('cc_compiler'),
      compileBy: word('cc_compile_by'),
      compileDomain: word('cc_compile_domain'),
      compileDate: word('cc_compile_date'),
      buildId: word('build_id'),
    },
  };
}

describe('a list of CPUs', () => {
  test.each([
    [[], 4, 'none'],
    [[0, 1, 2, 3], 4, 'all'],
    [[0], 1, 'all'],
    [[0, 1, 3], 4, '0-1,3'],
    [[1, 2, 3], 8, '1-3'],
    [[0, 2, 4, 5, 6], 8, '0,2,4-6'],
  ])('%j of %i is %s', (cpus, hostCpus, shown) => {
    expect(cpuList(cpus, hostCpus)).toBe(shown);
  });
});
