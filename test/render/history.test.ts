import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import {
  domid,
  type HistoryReply,
  type Incarnation,
  type OperationRecord,
  uuid,
} from '../../src/model/index.js';
import { renderHistory } from '../../src/render/history.js';

const UUID = uuid('ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67');
const START = new Date(2025, 10, 21, 8, 43, 0).getTime();

const CREATED: OperationRecord = {
  id: 'operation-1',
  kind: 'create',
  uuid: UUID,
  name: 'web',
  status: 'succeeded',
  requestedBy: 'alice@pts/1: domovoi create web.cfg',
  state: { newDomid: 1 },
  steps: [],
  queuedAt: START,
  startedAt: START,
  endedAt: START + 230,
};
const MIGRATED: OperationRecord = {
  ...CREATED,
  id: 'operation-2',
  kind: 'migrate',
  state: { domid: 1, newDomid: 2, downtimeMs: 14.2 },
  queuedAt: START + 60_000,
  startedAt: START + 60_000,
  endedAt: START + 61_530,
};
const STOPPED: OperationRecord = {
  ...CREATED,
  id: 'operation-5',
  kind: 'stopped',
  state: { domid: 2, newDomid: 3, reason: 'crash', action: 'coredump-restart' },
};
const FAILED: OperationRecord = {
  ...CREATED,
  id: 'operation-3',
  name: 'we\u001b[2Jb',
  status: 'failed',
  state: {},
  error: { code: 'ENOENT', message: 'no kernel', where: 'web.cfg:3:10' },
};
const WAITING: OperationRecord = {
  id: 'operation-4',
  kind: 'destroy',
  uuid: UUID,
  name: 'web',
  status: 'queued',
  requestedBy: 'alice',
  state: { domid: 2 },
  steps: [],
  queuedAt: START + 90_000,
};
const FIRST: Incarnation = {
  uuid: UUID,
  epoch: 1,
  host: 'embedded',
  domid: domid(1),
  from: START,
  to: START + 61_500,
  cause: 'create',
  end: 'migrate',
  operation: 'operation-1',
};
const SECOND: Incarnation = {
  uuid: UUID,
  epoch: 2,
  host: 'embedded',
  domid: domid(2),
  from: START + 61_500,
  cause: 'migrate',
  operation: 'operation-2',
};
const HISTORY: HistoryReply = {
  operations: [WAITING, MIGRATED, FAILED, CREATED],
  incarnations: [FIRST, SECOND],
  events: [],
};

describe('history', () => {
  test('shows the operations', () => {
    expect(renderHistory(HISTORY, { width: 120 })).toBe(
      [
        'Started              Operation  Domain      Result       Took  Detail',
        '2025-11-21T08:44:30  destroy    web         queued          -  domid 2',
        '2025-11-21T08:44:00  migrate    web         succeeded   1.5 s  1 -> 2, 14 ms down',
        '2025-11-21T08:43:00  create     we\\x1b[2Jb  failed     230 ms  no kernel (web.cfg:3:10)',
        '2025-11-21T08:43:00  create     web         succeeded  230 ms  domid 1',
        '',
      ].join('\n'),
    );
  });

  test('says of a stop what was done about it', () => {
    const reset = { ...STOPPED, state: { ...STOPPED.state, newDomid: 2, action: 'soft-reset' } };
    const lines = renderHistory({ ...HISTORY, operations: [STOPPED, reset] }, { width: 120 }).split(
      '\n',
    );
    expect(lines[1]).toMatch(/ on_crash .* coredump-restart, 2 -> 3$/);
    expect(lines[2]).toMatch(/ on_crash .* soft-reset, domid 2$/);
  });

  test('of one domain shows where it has been', () => {
    const text = renderHistory({ ...HISTORY, operations: [CREATED] }, { lineage: true });
    expect(text.slice(text.indexOf('\n\n') + 2)).toBe(
      [
        'Epoch  Domid  Host      From                 Stayed  Cause    End',
        '    1      1  embedded  2025-11-21T08:43:00  1m 02s  create   migrate',
        '    2      2  embedded  2025-11-21T08:44:01       -  migrate  -',
        '',
      ].join('\n'),
    );
  });

  test('fits a terminal of 80 columns', () => {
    const error = { code: 'EINVAL', message: 'a long story '.repeat(20) } as const;
    const history = { ...HISTORY, operations: [{ ...FAILED, error }] };
    const lines = renderHistory(history, { width: 80, lineage: true }).split('\n');
    expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
    expect(lines[1]).toMatch(/a long.*…$/);
  });

  test('of nothing says so', () => {
    expect(renderHistory({ operations: [], incarnations: [], events: [] })).toBe(
      'No operations.\n',
    );
  });
});
