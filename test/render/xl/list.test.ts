import { describe, expect, test } from 'vitest';
import { DOM0_UUID, domid, kib, type ListedDomain, uuid } from '../../../src/model/index.js';
import { renderXlList } from '../../../src/render/xl/list.js';

const PV1: ListedDomain = {
  domid: domid(1),
  uuid: uuid('ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67'),
  name: 'pv1',
  type: 'pv',
  running: false,
  blocked: true,
  paused: false,
  shutdown: undefined,
  dying: false,
  memoryKib: kib(131_072),
  maxMemoryKib: kib(132_096),
  vcpus: 1,
  maxVcpus: 2,
  cpupool: 0,
  cpuTimeNs: 7_100_000_000,
};
const DOM0: ListedDomain = {
  ...PV1,
  domid: domid(0),
  uuid: DOM0_UUID,
  name: 'Domain-0',
  running: true,
  blocked: false,
  memoryKib: kib(1_048_576),
  vcpus: 2,
  cpuTimeNs: 78_000_000_000,
};

function rowOf(changes: Partial<ListedDomain>): string {
  return renderXlList([{ ...PV1, ...changes }]).split('\n')[1] ?? '';
}

describe('list', () => {
  test('prints the table of xl', () => {
    expect(renderXlList([DOM0, PV1])).toBe(
      'Name                                        ID   Mem VCPUs\tState\tTime(s)\n' +
        'Domain-0                                     0  1024     2     r-----      78.0\n' +
        'pv1                                          1   128     1     -b----       7.1\n',
    );
  });

  test('with -v prints UUID, reason and label too', () => {
    const crashed = { ...PV1, blocked: false, shutdown: 'crash' as const };
    expect(renderXlList([DOM0, crashed], { verbose: true })).toBe(
      'Name                                        ID   Mem VCPUs\tState\tTime(s)' +
        '   UUID                            Reason-Code\tSecurity Label\n' +
        'Domain-0                                     0  1024     2     r-----      78.0' +
        ' 00000000-0000-0000-0000-000000000000        -                -\n' +
        'pv1                                          1   128     1     ---sc-       7.1' +
        ' ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67        3                -\n',
    );
  });

  test.each([
    [{ blocked: false, paused: true }, '--p---'],
    [{ blocked: false, shutdown: 'poweroff' }, '---s--'],
    [{ blocked: false, shutdown: 'reboot' }, '---sr-'],
    [{ blocked: false, shutdown: 'suspend' }, '---ss-'],
    [{ blocked: false, shutdown: 'watchdog' }, '---sw-'],
    [{ blocked: false, shutdown: 'soft-reset' }, '---sS-'],
    [{ blocked: false, paused: true, shutdown: 'crash', dying: true }, '--pscd'],
  ] as const)('%j has the flags %s', (changes, flags) => {
    expect(rowOf(changes)).toBe(
      `pv1                                          1   128     1     ${flags}       7.1`,
    );
  });

  test('a domain that has lost its name, and has nothing yet', () => {
    expect(
      rowOf({
        name: null,
        blocked: false,
        paused: true,
        memoryKib: kib(0),
        vcpus: 0,
        cpuTimeNs: 0,
      }),
    ).toBe('(null)                                       1     0     0     --p---       0.0');
  });

  test('a long name pushes the columns, as printf does', () => {
    const name = 'a'.repeat(45);
    expect(rowOf({ name })).toBe(`${name}     1   128     1     -b----       7.1`);
  });

  test('columns are as wide as bytes, not characters', () => {
    expect(rowOf({ name: 'дом' })).toBe(
      `дом${' '.repeat(34)}     1   128     1     -b----       7.1`,
    );
  });

  test('a name cannot reach into the terminal', () => {
    expect(rowOf({ name: 'x\u001b[2J\n' })).toMatch(/^x\\x1b\[2J\\n {29}/);
  });

  test.each([
    [250_000_000, '0.2'],
    [750_000_000, '0.8'],
    [1_250_000_000, '1.2'],
    [49_000_000, '0.0'],
    [51_000_000, '0.1'],
    [123_456_789_012_345, '123456.8'],
  ])('%d ns are %s seconds, rounded as printf rounds', (cpuTimeNs, seconds) => {
    expect(rowOf({ cpuTimeNs }).split(/ +/).at(-1)).toBe(seconds);
  });
});
