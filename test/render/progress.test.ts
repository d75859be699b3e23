import { describe, expect, test } from 'vitest';
import { type ReplyLine, uuid } from '../../src/model/index.js';
import { progressTeller } from '../../src/render/progress.js';

const operation = 'operation-1';
const ATTACH = { name: 'attach-device', subject: 'vbd 51712' };
const PLANNED: ReplyLine = {
  event: 'planned',
  operation,
  kind: 'create',
  uuid: uuid('ef31ba0d-9d3d-4aec-9ffe-060d6ccbdd67'),
  name: 'web',
  steps: [{ name: 'make-domain' }, ATTACH],
};

function tellAll(lines: readonly ReplyLine[]): string[] {
  const tell = progressTeller();
  return lines.flatMap((line) => {
    const said = tell(line);
    return said === undefined ? [] : [`${said.weight}: ${said.text}`];
  });
}

describe('progress', () => {
  test('names each step as it begins, counted', () => {
    expect(
      tellAll([
        PLANNED,
        { event: 'step', operation, index: 0, step: { name: 'make-domain' }, status: 'started' },
        { event: 'step', operation, index: 0, step: { name: 'make-domain' }, status: 'done' },
        { event: 'step', operation, index: 1, step: ATTACH, status: 'started' },
        { event: 'finished', operation, status: 'succeeded', state: {} },
      ]),
    ).toEqual(['passing: [1/2] make domain', 'passing: [2/2] attach device vbd 51712']);
  });

  test('failures and warnings stay to be read', () => {
    const error = { code: 'ETIMEDOUT', message: 'no answer from\u001b[2J the back end' } as const;
    expect(
      tellAll([
        { event: 'warning', message: 'unknown key "memroy"', where: 'web.cfg:3:1' },
        PLANNED,
        { event: 'step', operation, index: 1, step: ATTACH, status: 'failed', error },
        { event: 'step', operation, index: 0, step: { name: 'make-domain' }, status: 'undone' },
      ]),
    ).toEqual([
      'lasting: web.cfg:3:1: warning: unknown key "memroy"',
      'lasting: [2/2] attach device vbd 51712: failed: no answer from\\x1b[2J the back end',
      'passing: [1/2] make domain: undone',
    ]);
  });

  test('tells how far the memory has been sent', () => {
    expect(
      tellAll([
        {
          event: 'progress',
          operation,
          progress: {
            kind: 'memory',
            phase: 'pre-copy',
            round: 2,
            roundOver: true,
            sentPages: 34_000,
            remainingPages: 1_200,
            sendRate: 80_000,
            dirtyRate: 1_000,
            predictedDowntimeMs: 15.2,
          },
        },
        {
          event: 'progress',
          operation,
          progress: {
            kind: 'memory',
            phase: 'stop-and-copy',
            round: 3,
            roundOver: false,
            sentPages: 256,
            remainingPages: 944,
            sendRate: 80_000,
          },
        },
      ]),
    ).toEqual([
      'passing: pre-copy round 2: 34000 pages sent, 1200 to go at 313 MiB/s, ' +
        'dirtied at 3.9 MiB/s, downtime would be 15 ms',
      'fleeting: stop and copy: 256 pages sent, 944 to go at 313 MiB/s',
    ]);
  });
});
