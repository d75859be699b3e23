import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { withDeadline } from '../../src/operations/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Looks at the signal now and then, as who waits for what fires no event; gives up at last. */
async function looking(signal: AbortSignal): Promise<string> {
  for (let looks = 0; looks < 100; looks += 1) {
    collectGarbage();
    if (signal.aborted) return 'aborted';
    await delay(10);
  }
  return 'never aborted';
}

/** Waits as questions do: for so long, and for as long as somebody is there. */
function atMost(ms: number, left: AbortSignal): Promise<string> {
  return withDeadline(ms, 'the wait', (limit) => looking(AbortSignal.any([left, limit])));
}

test('a limit is kept when nobody but the runtime remembers it', async () => {
  expect(await atMost(100, new AbortController().signal)).toBe('aborted');
});

test('who leaves ends it before its time', async () => {
  const left = new AbortController();
  const waiting = atMost(600_000, left.signal);
  left.abort();
  expect(await waiting).toBe('aborted');
});
