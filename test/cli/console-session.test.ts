import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { converse } from '../../src/cli/console-session.js';

const NEVER = new AbortController().signal;

/** A keyboard that tells which mode it was put into. */
class Keyboard extends PassThrough {
  readonly modes: boolean[] = [];
  readonly isTTY = true as const;

  setRawMode(isRaw: boolean): this {
    this.modes.push(isRaw);
    return this;
  }
}

function parts() {
  const input = new PassThrough();
  const output = new PassThrough();
  const screen = new PassThrough();
  let isClosed = false;
  const close = (): void => {
    isClosed = true;
  };
  const line = { input, output, close };
  return { line, screen, wasClosed: () => isClosed };
}

test('keys before Ctrl-] are sent, those after it are not', async () => {
  const keyboard = new Keyboard();
  const { line, screen, wasClosed } = parts();
  const done = converse(line, keyboard, screen, NEVER);
  keyboard.write('ls\u001dnot this');
  await done;
  line.input.end();
  expect(await text(line.input)).toBe('ls');
  expect(keyboard.modes).toEqual([true, false]);
  expect(wasClosed()).toBe(true);
});

test('a console that goes ends it and gives the terminal back', async () => {
  const keyboard = new Keyboard();
  const { line, screen } = parts();
  const done = converse(line, keyboard, screen, NEVER);
  line.output.end('last words');
  await done;
  screen.end();
  expect(await text(screen)).toBe('last words');
  expect(keyboard.modes).toEqual([true, false]);
});

test('a pseudo-terminal whose other end is gone is no error', async () => {
  const { line, screen } = parts();
  const done = converse(line, new Keyboard(), screen, NEVER);
  line.output.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }));
  await done;
});

test('any other trouble is one, and the terminal is given back all the same', async () => {
  const keyboard = new Keyboard();
  const { line, screen } = parts();
  const done = converse(line, keyboard, screen, NEVER);
  line.output.destroy(Object.assign(new Error('out of memory'), { code: 'ENOMEM' }));
  await expect(done).rejects.toThrow('out of memory');
  expect(keyboard.modes).toEqual([true, false]);
});

test('a signal ends it', async () => {
  const keyboard = new Keyboard();
  const { line, screen } = parts();
  const end = new AbortController();
  const done = converse(line, keyboard, screen, end.signal);
  end.abort();
  await done;
  expect(keyboard.modes).toEqual([true, false]);
});
