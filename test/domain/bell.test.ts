import { expect, test } from 'vitest';
import { Bell } from '../../src/domain/bell.js';

const LONG_MS = 60_000;
const NEVER = new AbortController().signal;

test('what rings while nobody listens is heard at once, and once', async () => {
  const bell = new Bell();
  bell.ring();
  bell.ring();
  await bell.heard(LONG_MS, NEVER);
  let isHeard = false;
  const next = bell.heard(LONG_MS, NEVER).then(() => {
    isHeard = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isHeard).toBe(false);
  bell.ring();
  await next;
});

test('a sleeper wakes in time, and when he is called off', async () => {
  const bell = new Bell();
  await bell.heard(1, NEVER);
  const calledOff = new AbortController();
  const sleep = bell.heard(LONG_MS, calledOff.signal);
  calledOff.abort();
  await sleep;
  await bell.heard(LONG_MS, calledOff.signal);
});
