import type { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import type { ConsoleLine } from './console-line.js';

/** Ctrl-], as in xenconsole and telnet. */
const ESCAPE = 0x1d;
/** How long the other side may take to send its last words, in ms. */
const GOODBYE_MS = 5_000;
/** How a console that went away shows: EIO is a pseudo-terminal without its other end. */
const GONE = ['EIO', 'ECONNRESET', 'EPIPE'];

type Keyboard = Pick<ReadStream, 'on' | 'off' | 'pause' | 'resume'> &
  Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;

/**
 * Joins the user's terminal to a guest's console until the user leaves with Ctrl-], the input
 * ends, the console goes, or `signal` aborts. The terminal is as before when this returns.
 */
export async function converse(
  line: ConsoleLine,
  keyboard: Keyboard,
  screen: Writable,
  signal: AbortSignal,
): Promise<void> {
  const isTerminal = keyboard.isTTY === true;
  let goodbye: NodeJS.Timeout | undefined;
  let leave: () => void = () => undefined;
  let fail: (error: Error) => void = leave;
  const over = new Promise<void>((resolve, reject) => {
    leave = resolve;
    fail = reject;
  });

  const onKeys = (keys: Buffer): void => {
    // Elsewhere than on a terminal the byte may be part of what is to be sent.
    const left = isTerminal || keys.length === 1 ? keys.indexOf(ESCAPE) : -1;
    if (left >= 0) {
      line.input.write(keys.subarray(0, left), leave);
    } else if (!line.input.write(keys)) {
      keyboard.pause();
      line.input.once('drain', () => keyboard.resume());
    }
  };
  const onInputEnd = (): void => {
    line.input.end(line.saysGoodbye ? undefined : leave);
    goodbye = setTimeout(leave, GOODBYE_MS);
  };
  const onGone = (error: NodeJS.ErrnoException): void => {
    if (GONE.includes(error.code ?? '')) leave();
    else fail(error);
  };

  line.output.on('data', (bytes: Buffer) => {
    if (screen.write(bytes)) return;
    line.output.pause();
    screen.once('drain', () => line.output.resume());
  });
  line.output.on('end', leave).on('close', leave).on('error', onGone);
  line.input.on('error', onGone);
  signal.addEventListener('abort', leave, { once: true });
  if (isTerminal) keyboard.setRawMode?.(true);
  keyboard.on('data', onKeys).on('end', onInputEnd);
  try {
    await over;
  } finally {
    clearTimeout(goodbye);
    keyboard.off('data', onKeys).off('end', onInputEnd);
    keyboard.pause();
    if (isTerminal) keyboard.setRawMode?.(false);
    signal.removeEventListener('abort', leave);
    line.close();
  }
}
