import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Domovoi, exampleConfig } from './helpers/domovoi.js';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** The fields that docs/json.md promises, by kind; none where it promises no names. */
const DOCUMENTED = new Map(
  [...read('docs/json.md').matchAll(/^\| `(\w+)` +\|[^|]*\| (.*) \|$/gm)].map(
    ([, kind = '', fields = '']) => [kind, /^`([^`]+)`/.exec(fields)?.[1]?.split(' ')] as const,
  ),
);

function read(path: string): string {
  return readFileSync(`${PACKAGE}${path}`, 'utf8');
}

test('every kind that a command prints is documented', () => {
  const sources = ['commands', 'src/cli'].flatMap((folder) =>
    readdirSync(`${PACKAGE}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`${folder}/${name}`)),
  );
  const kinds = sources
    .flatMap((source) => [...source.matchAll(/renderJson\(\s*'(\w+)'|^ +kind: '([A-Z]\w+)',$/gm)])
    .map(([, one, other]) => one ?? other ?? '')
    .filter((kind) => !kind.startsWith('Store'));
  expect(kinds.length).toBeGreaterThan(15);
  expect(kinds.filter((kind) => !DOCUMENTED.has(kind))).toEqual([]);
});

describe('what a command prints with --json has the fields that are documented:', () => {
  let host: Domovoi;
  beforeAll(async () => {
    host = new Domovoi();
    await host.ok('create', exampleConfig('pv'));
  });
  afterAll(() => host.close());

  test.each([
    ['list', 'DomainList'],
    ['list -l pv', 'DomainList'],
    ['domid pv', 'Domain'],
    ['vm-list', 'VmList'],
    ['vcpu-list', 'VcpuList'],
    ['uptime', 'Uptime'],
    ['info', 'Host'],
    ['sched-credit2', 'SchedulingList'],
    ['sched-credit2 -s', 'PoolScheduling'],
    ['block-list pv', 'DiskList'],
    ['network-list pv', 'InterfaceList'],
    ['dmesg', 'Messages'],
    ['top', 'Load'],
    ['console pv', 'Console'],
    ['wait pv --for running', 'Wait'],
    ['pause pv --dry-run', 'Preview'],
    ['pause pv', 'Operation'],
    ['explain /local/domain/1/name', 'Explanation'],
    ['history', 'History'],
    ['daemon status', 'DaemonStatus'],
  ])('%s', async (line, kind) => {
    const envelope = await host.json<Record<string, unknown>>(...line.split(' '));
    expect(envelope).toMatchObject({ apiVersion: 'v1', kind });
    const items = Array.isArray(envelope.items) ? envelope.items : [envelope.item];
    expect(items.length).toBeGreaterThan(0);
    const fields = DOCUMENTED.get(kind);
    for (const item of items) {
      if (fields === undefined) expect(typeof item).toBe('string');
      else expectFields(item as object, fields);
    }
  });
});

function expectFields(item: object, documented: readonly string[]): void {
  const required = documented.filter((field) => !field.endsWith('?'));
  const optional = documented
    .filter((field) => field.endsWith('?'))
    .map((each) => each.slice(0, -1));
  expect(
    Object.keys(item)
      .filter((field) => !optional.includes(field))
      .sort(),
  ).toEqual(required.sort());
}
