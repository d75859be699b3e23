import { resolveEscapes } from './escapes.js';
import { configError, type Position } from './position.js';

export type Punctuation = '=' | '+=' | ',' | '[' | ']' | ';';

export type Token =
  | { readonly kind: 'identifier' | 'number'; readonly text: string; readonly at: Position }
  | {
      readonly kind: 'string';
      readonly text: string;
      readonly at: Position;
      /** Whether each character of `text` stands in the file as itself. */
      readonly plain: boolean;
    }
  | { readonly kind: Punctuation | 'newline' | 'end'; readonly at: Position };

export const NOT_PYTHON =
  'xl.cfg files are not Python: a value is a number, a quoted string or a [list], without arithmetic, dictionaries or calls.';

// Xen's lexer suspects Python at + - . ( ) and :, which begin no token of the grammar; the others
// come up in the same files.
const PYTHONISH = new Set('+-.():%*{}');

/**
 * The tokens of an xl.cfg file, as libxlu_cfg_l.l of Xen 4.17 defines them. A comment counts as the
 * end of its line. Two things are allowed that Xen refuses: a last comment without a line end, and
 * working numeric escapes.
 */
export class Lexer {
  readonly #text: string;
  readonly #file: string;
  #offset = 0;
  #line: number;
  #lineStart = 0;

  /** @param firstLine the number of the text's first line */
  constructor(text: string, file: string, firstLine = 1) {
    this.#text = text;
    this.#file = file;
    this.#line = firstLine;
  }

  /** The next token; `end` for ever after the last. @throws ToolstackError config-invalid */
  next(): Token {
    this.#take(/[ \t]+/y);
    const at = this.#position();
    if (this.#offset >= this.#text.length) return { kind: 'end', at };
    if (this.#take(/#[^\n]*/y) !== undefined || this.#text[this.#offset] === '\n') {
      return this.#newline(at);
    }
    const identifier = this.#take(/[a-z][._0-9a-z]*/y);
    if (identifier !== undefined) return { kind: 'identifier', text: identifier, at };
    const number = this.#take(/[0-9][0-9a-fx]*/y);
    if (number !== undefined) return { kind: 'number', text: number, at };
    const punctuation = this.#take(/\+=|[=,[\];]/y);
    if (punctuation !== undefined) return { kind: punctuation as Punctuation, at };
    const quote = this.#text[this.#offset];
    if (quote === "'" || quote === '"') return this.#string(quote, at);
    throw this.#unexpectedCharacter(at);
  }

  #newline(at: Position): Token {
    if (this.#text[this.#offset] === '\n') {
      this.#offset += 1;
      this.#line += 1;
      this.#lineStart = this.#offset;
    }
    return { kind: 'newline', at };
  }

  #string(quote: string, at: Position): Token {
    const start = this.#offset + 1;
    const positionIn = (offset: number): Position => ({
      ...at,
      column: at.column + 1 + offset,
    });
    let end = start;
    for (let char = this.#text[end]; char !== quote; char = this.#text[end]) {
      const taken = char === '\\' ? this.#text[end + 1] : char;
      if (char === undefined || taken === undefined || taken === '\n') {
        throw configError(
          at,
          'this string is not closed before the end of its line',
          `Close it with ${quote}, and write \\n for a line end inside it.`,
        );
      }
      if (taken === '\0') {
        throw configError(positionIn(end - start), 'a string cannot contain a NUL character');
      }
      end += char === '\\' ? 2 : 1;
    }
    const raw = this.#text.slice(start, end);
    this.#offset = end + 1;
    const plain = !raw.includes('\\');
    const text = plain
      ? raw
      : resolveEscapes(raw, (offset, message, suggestion) =>
          configError(positionIn(offset), message, suggestion),
        );
    return { kind: 'string', text, at, plain };
  }

  #unexpectedCharacter(at: Position): Error {
    const rest = this.#text.slice(this.#offset, this.#offset + 64);
    const char = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    const message = `unexpected character ${JSON.stringify(char)}`;
    if (PYTHONISH.has(char)) return configError(at, message, NOT_PYTHON);
    if (char === '\r') {
      return configError(
        at,
        'this line ends in CR LF, as on Windows',
        `Save the file with LF line ends: sed -i 's/\\r$//' ${this.#file}`,
      );
    }
    const constant = /^(True|False|None)\b/.exec(rest)?.[1];
    if (constant !== undefined) {
      const instead = constant === 'True' ? 'Write 1 for true.' : 'Write 0 for false.';
      return configError(at, message, instead, NOT_PYTHON);
    }
    return configError(at, message, 'Keys are in lower case, and text needs quotes.');
  }

  #position(): Position {
    return { file: this.#file, line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  #take(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#offset;
    const match = sticky.exec(this.#text)?.[0];
    if (match !== undefined) this.#offset += match.length;
    return match;
  }
}
