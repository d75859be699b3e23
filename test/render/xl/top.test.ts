import { expect, test } from 'vitest';
import { type DomainLoad, domid, kib, type LoadReport, uuid } from '../../../src/model/index.js';
import { renderTop, renderTopSummary } from '../../../src/render/xl/top.js';

const GUEST: DomainLoad = {
  domid: domid(3),
  uuid: uuid('11111111-1111-4111-8111-111111111111'),
  name: 'a-name-too-long',
  type: 'pv',
  running: true,
  blocked: false,
  paused: false,
  shutdown: undefined,
  dying: false,
  memoryKib: kib(131_072),
  maxMemoryKib: kib(262_144),
  vcpus: 2,
  maxVcpus: 2,
  cpupool: 0,
  cpuTimeNs: 7_900_000_000,
  disks: 1,
  vifs: 2,
  vcpuTimesNs: [5_000_000_000, 2_900_000_000],
};
const NOW: LoadReport = {
  atMs: 3_000,
  xenVersion: '4.17.5',
  cpus: 2,
  cpuKhz: 2_596_148,
  totalMemoryKib: kib(1_048_576),
  freeMemoryKib: kib(524_288),
  domains: [GUEST],
};
const PLAIN = { fullNames: false, vcpus: false };

test('a row has the columns of xentop under their headings', () => {
  const [headings = '', row = ''] = renderTop(NOW, undefined, PLAIN).split('\n');
  expect(row).toBe(
    'a-name-too -----r          7    0.0     131072   12.5     262144      25.0     2    2' +
      '        0        0    1        0        0        0          0          0    0',
  );
  expect(headings.length).toBe(row.length);
  expect(headings.indexOf('MEM(k)') + 'MEM(k)'.length).toBe(row.indexOf('131072') + 6);
});

test('CPU(%) is what was used since the look before, of one processor', () => {
  const before = { ...NOW, atMs: 1_000, domains: [{ ...GUEST, cpuTimeNs: 4_900_000_000 }] };
  expect(renderTop(NOW, before, PLAIN)).toContain(' 150.0 ');
});

test('a domain that took over a number has used nothing yet', () => {
  const other = uuid('22222222-2222-4222-8222-222222222222');
  const before = { ...NOW, atMs: 1_000, domains: [{ ...GUEST, uuid: other, cpuTimeNs: 0 }] };
  expect(renderTop(NOW, before, PLAIN)).toContain(' 0.0 ');
});

test('what a guest wrote into its name cannot act on the terminal', () => {
  const evil = { ...NOW, domains: [{ ...GUEST, name: '\u001b[2Jx' }] };
  expect(renderTop(evil, undefined, { ...PLAIN, fullNames: true })).toContain('\\x1b[2Jx');
});

test('a domain without a limit, and one that crashed', () => {
  const limitless = {
    ...GUEST,
    maxMemoryKib: kib(2 ** 40),
    running: false,
    shutdown: 'crash' as const,
  };
  const row = renderTop({ ...NOW, domains: [limitless] }, undefined, PLAIN).split('\n')[1];
  expect(row).toContain('---c--');
  expect(row).toContain('   no limit       n/a ');
});

test('with -v the vcpus are below their domain', () => {
  expect(renderTop(NOW, undefined, { ...PLAIN, vcpus: true }).split('\n')[2]).toBe(
    'VCPUs(sec):   0:          5s  1:          2s',
  );
});

test('the summary counts domains by state', () => {
  expect(renderTopSummary(NOW, new Date(2026, 10, 21, 17, 5, 9))).toBe(
    'xentop - 17:05:09   Xen 4.17.5\n' +
      '1 domains: 1 running, 0 blocked, 0 paused, 0 crashed, 0 dying, 0 shutdown \n' +
      'Mem: 1048576k total, 524288k used, 524288k free    CPUs: 2 @ 2596MHz\n',
  );
});
