import type { ReadStream, WriteStream } from 'node:tty';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_REST_OF_LINE = '\u001b[K';
const CLEAR_REST = '\u001b[J';
const CTRL_C = '\u0003';

/** A terminal that one command has for itself: it is given back as it was. */
export class FullScreen {
  readonly #keyboard: ReadStream;
  readonly #screen: WriteStream;
  readonly #onKeys: (keys: Buffer) => void;

  /** @param onQuit called when the user types q or Ctrl-C */
  constructor(keyboard: ReadStream, screen: WriteStream, onQuit: () => void) {
    this.#keyboard = keyboard;
    this.#screen = screen;
    this.#onKeys = (keys) => {
      const typed = keys.toString();
      if (typed.includes('q') || typed.includes(CTRL_C)) onQuit();
    };
    screen.write(ENTER);
    keyboard.setRawMode(true);
    keyboard.on('data', this.#onKeys);
  }

  /** Shows as much of the text as there is room for, in the place of what stood there. */
  show(text: string): void {
    const { columns, rows } = this.#screen;
    const lines = text
      .split('\n')
      .slice(0, (rows || 24) - 1)
      .map((line) => line.slice(0, columns || 80) + CLEAR_REST_OF_LINE);
    this.#screen.write(`${HOME}${lines.join('\r\n')}${CLEAR_REST}`);
  }

  close(): void {
    this.#keyboard.off('data', this.#onKeys);
    this.#keyboard.pause();
    this.#keyboard.setRawMode(false);
    this.#screen.write(LEAVE);
  }
}
