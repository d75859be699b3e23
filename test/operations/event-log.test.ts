import { describe, expect, it } from 'vitest';
import { type OperationEvent, ToolstackError } from '../../src/model/index.js';
import { EventLog } from '../../src/operations/event-log.js';

const started = (index: number): OperationEvent => ({
  event: 'step',
  operation: 'one',
  index,
  step: { name: 'precopy' },
  status: 'started',
});

const round = (number: number, roundOver = false): OperationEvent => ({
  event: 'progress',
  operation: 'one',
  progress: {
    kind: 'memory',
    phase: 'pre-copy',
    round: number,
    roundOver,
    sentPages: 0,
    remainingPages: 0,
    sendRate: 0,
  },
});

async function all(log: EventLog): Promise<OperationEvent[]> {
  const events: OperationEvent[] = [];
  for await (const event of log) events.push(event);
  return events;
}

describe('the events of an operation', () => {
  it('reach every follower whole, whenever it came', async () => {
    const log = new EventLog();
    const early = all(log);
    log.append(started(0));
    const midway = all(log);
    log.append(started(1));
    log.close();
    const expected = [started(0), started(1)];
    expect(await Promise.all([early, midway, all(log)])).toEqual([expected, expected, expected]);
  });

  it('reach a follower as they happen', async () => {
    const log = new EventLog();
    const follower = log[Symbol.asyncIterator]();
    for (const number of [0, 1, 2]) {
      const next = follower.next();
      log.append(round(number));
      expect((await next).value).toEqual(round(number));
    }
  });

  it('keep only the newest progress for who does not read, in its place', async () => {
    const log = new EventLog();
    log.append(started(0));
    for (let number = 0; number < 100_000; number += 1) log.append(round(number));
    log.append(started(1));
    log.append(round(7));
    log.close();
    expect(await all(log)).toEqual([started(0), round(99_999), started(1), round(7)]);
  });

  it('keep the last word on each round', async () => {
    const log = new EventLog();
    log.append(round(0));
    log.append(round(0, true));
    log.append(round(1));
    log.close();
    expect(await all(log)).toEqual([round(0, true), round(1)]);
  });

  it('end with the error that ended the operation before it began', async () => {
    const log = new EventLog();
    const reading = all(log);
    log.close(new ToolstackError('EEXIST', 'The name is taken'));
    await expect(reading).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(all(log)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
