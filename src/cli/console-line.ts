import { constants, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { ReadStream, WriteStream } from 'node:tty';
import { ToolstackError, toToolstackError } from '../model/index.js';

/** The way to a guest's console, opened. */
export interface ConsoleLine {
  /** What the guest prints; ends or fails when the console is gone. */
  readonly output: Readable;
  /** What the guest reads. */
  readonly input: Writable;
  close(): void;
}

/**
 * Opens what `console/tty` names: the socket of the embedded machine's console daemon, or the
 * pseudo-terminal of xenconsoled, which is put into raw mode as `xenconsole` does.
 * @throws ToolstackError ENOENT, EACCES …
 */
export async function openConsole(path: string): Promise<ConsoleLine> {
  try {
    return (await stat(path)).isSocket() ? await openSocket(path) : openTerminal(path);
  } catch (thrown) {
    const { code, message } = toToolstackError(thrown);
    throw new ToolstackError(code, `cannot open the console: ${message}`, {
      where: path,
      suggestions: ['Its domain may just have gone: see `domovoi list`.'],
      cause: thrown,
    });
  }
}

async function openSocket(path: string): Promise<ConsoleLine> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return { output: socket, input: socket, close: () => socket.destroy() };
}

function openTerminal(path: string): ConsoleLine {
  // Each stream closes a descriptor of its own. Not ours to be controlled by: NOCTTY.
  const open = (): number => openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const output = new ReadStream(open());
  const input = new WriteStream(open());
  output.setRawMode(true);
  return {
    output,
    input,
    close() {
      output.setRawMode(false);
      output.destroy();
      input.destroy();
    },
  };
}
