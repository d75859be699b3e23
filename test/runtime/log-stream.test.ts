import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logStream } from '../../src/runtime/log-stream.js';
import { temporaryDirectory } from './temporary.js';

test('log lines are written at once', () => {
  const file = join(temporaryDirectory(), 'log');
  const descriptor = openSync(file, 'a');
  const log = logStream(descriptor);
  log.write('one\n');
  log.write('two\n');
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  closeSync(descriptor);
});

test('a log that cannot be written does not stop the writer', () => {
  const descriptor = openSync('/dev/full', 'a');
  const log = logStream(descriptor);
  expect(() => log.write('lost\n')).not.toThrow();
  closeSync(descriptor);
  expect(() => log.write('lost too\n')).not.toThrow();
});
