import type { Readable, Writable } from 'node:stream';
import type { ConsoleLine } from './console-line.js';

/** Ctrl-], as in xenconsole and telnet. */
const ESCAPE = 0x1d;
/** After the last input the guest has so long, in ms, to begin or go on with an answer … */
const SILENCE_MS = 500;
/** … and so long to end it. */
const ANSWER_MS = 10_000;
/** How a console that went away shows: EIO is a pseudo-terminal without its other end. */
const GONE = ['EIO', 'ECONNRESET', 'EPIPE'];

/** Standard input, whatever it is. */
type Keyboard = Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown };

/**
 * Joins the user's terminal to a guest's console until the user leaves with Ctrl-], the input has
 * ended and been answered, the console goes, or `signal` aborts. The terminal is as before when
 * this returns.
 */
export async function converse(
  line: ConsoleLine,
  keyboard: Keyboard,
  screen: Writable,
  signal: AbortSignal,
): Promise<void> {
  const isTerminal = keyboard.isTTY === true;
  let silence: NodeJS.Timeout | undefined;
  let answer: NodeJS.Timeout | undefined;
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
    silence = setTimeout(leave, SILENCE_MS);
    answer = setTimeout(leave, ANSWER_MS);
  };
  const onGone = (error: NodeJS.ErrnoException): void => {
    if (GONE.includes(error.code ?? '')) leave();
    else fail(error);
  };

  line.output.on('data', (bytes: Buffer) => {
    silence?.refresh();
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
    clearTimeout(silence);
    clearTimeout(answer);
    keyboard.off('data', onKeys).off('end', onInputEnd);
    keyboard.pause();
    if (isTerminal) keyboard.setRawMode?.(false);
    signal.removeEventListener('abort', leave);
    line.close();
  }
}
