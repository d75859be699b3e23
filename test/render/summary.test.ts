import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kib, uuid } from '../../src/model/index.js';
import { renderExports } from '../../src/render/shell.js';
import { renderDaemonStatus, renderMachineStatus } from '../../src/render/status.js';
import { renderMigration } from '../../src/render/summary.js';

const UUID = uuid('ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67');
const START = new Date(2025, 10, 21, 8, 43, 0).getTime();

test('a migration is summed up', () => {
  const state = {
    domid: 1,
    newDomid: 2,
    rounds: 3,
    sentPages: 34_000,
    downtimeMs: 14.2,
    totalMs: 1_530,
  };
  expect(renderMigration('web', UUID, state)).toBe(
    'Migration successful.\n' +
      `web: domid 1 -> 2, UUID ${UUID}\n` +
      '3 rounds, 34000 pages sent, downtime 14 ms, total 1.5 s\n',
  );
});

describe('status', () => {
  test('of the machine', () => {
    expect(renderMachineStatus(undefined, '/state')).toBe('machine: not running in /state\n');
    expect(
      renderMachineStatus(
        {
          pid: 42,
          startedAt: START,
          totalMemoryKib: kib(4_194_304),
          freeMemoryKib: kib(1_048_575),
          cpus: 4,
          domains: 3,
        },
        '/state',
      ),
    ).toBe(
      'machine: running in /state\n' +
        '  pid 42, since 2025-11-21T08:43:00\n' +
        '  memory 4096 MiB, free 1023 MiB\n' +
        '  CPUs 4, domains 3\n',
    );
  });

  test('of the daemon', () => {
    expect(
      renderDaemonStatus(
        {
          pid: 43,
          version: '0.1.0',
          stateDir: '/state',
          startedAt: START,
          host: { kind: 'embedded', why: 'no Xen here' },
          operations: { running: 1, queued: 2, stuck: 0 },
        },
        '/state',
      ),
    ).toBe(
      'daemon: running in /state\n' +
        '  pid 43, version 0.1.0, since 2025-11-21T08:43:00\n' +
        '  host embedded (no Xen here)\n' +
        '  operations: 1 running, 2 queued, 0 stuck\n',
    );
  });
});

test('exports survive a shell, whatever is in the path', () => {
  const path = fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replaceAll('\0', ''));
  fc.assert(
    fc.property(path, (value) => {
      const script = `${renderExports({ XENSTORED_PATH: value })}printf '%s.' "$XENSTORED_PATH"`;
      expect(execFileSync('sh', ['-c', script]).toString()).toBe(`${value}.`);
    }),
    { numRuns: 30 },
  );
});
