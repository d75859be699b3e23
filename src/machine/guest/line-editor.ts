/** No line gets longer: what is typed beyond is not taken. */
const LINE_MAX = 256;
const ERASE = '\b \b';

/** What a key press leads to. */
export interface Typed {
  /** What a terminal would show of it. */
  readonly echo: string;
  /** A line that is complete now. */
  readonly line?: string;
}

/** A terminal in cooked mode: echoes, and makes lines of what is typed. */
export class LineEditor {
  #line = '';

  /** @param key one character */
  type(key: string): Typed {
    switch (key) {
      case '\r':
      case '\n': {
        const line = this.#line;
        this.#line = '';
        return { echo: '\n', line };
      }
      case '\b':
      case '\x7f': {
        if (this.#line === '') return { echo: '' };
        this.#line = this.#line.slice(0, -1);
        return { echo: ERASE };
      }
      case '\x03':
        this.#line = '';
        return { echo: '^C\n', line: '' };
      case '\x15': {
        const echo = ERASE.repeat(this.#line.length);
        this.#line = '';
        return { echo };
      }
      default:
        if (!/^[\x20-\x7e]$/.test(key) || this.#line.length >= LINE_MAX) return { echo: '' };
        this.#line += key;
        return { echo: key };
    }
  }
}
