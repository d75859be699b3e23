import { Lexer, NOT_PYTHON, type Token } from './lexer.js';
import { configError, formatPosition, type Position } from './position.js';

/** A number or a string: xl.cfg does not tell `memory = 128` from `memory = "128"`. */
export interface Atom {
  readonly kind: 'atom';
  readonly text: string;
  readonly at: Position;
  /** Columns from `at` to the first character of `text`; undefined where escapes hide them. */
  readonly lead: number | undefined;
}

export interface ConfigList {
  readonly kind: 'list';
  readonly items: readonly ConfigValue[];
  /** The opening bracket. */
  readonly at: Position;
}

export type ConfigValue = Atom | ConfigList;

export interface Setting {
  readonly key: string;
  /** The key's first character. */
  readonly at: Position;
  readonly op: '=' | '+=';
  readonly value: ConfigValue;
}

/** Lists of lists of lists have no use in xl.cfg; a bound keeps a hostile file off the stack. */
const MAX_DEPTH = 32;

const PYTHON_WORDS = new Set(['import', 'from', 'def', 'if', 'for', 'while', 'print', 'class']);

/**
 * Reads the text of an xl.cfg file by the grammar of libxlu_cfg_y.y (Xen 4.17):
 * settings `key = value` and `key += value`, ended by a line end or `;`.
 *
 * @param file the name that positions carry
 * @returns every setting in the order of the file, repeated keys included
 * @throws ToolstackError config-invalid, at the first thing that does not fit
 */
export function parseSettings(text: string, file: string, firstLine = 1): Setting[] {
  return new Parser(new Lexer(text, file, firstLine)).settings();
}

/** The place of a character of an atom, or of the whole atom where escapes hide it. */
export function positionInside(atom: Atom, offset: number): Position {
  if (atom.lead === undefined) return atom.at;
  return { ...atom.at, column: atom.at.column + atom.lead + offset };
}

class Parser {
  readonly #lexer: Lexer;
  #token: Token;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
    this.#token = lexer.next();
  }

  settings(): Setting[] {
    const settings: Setting[] = [];
    for (;;) {
      while (this.#token.kind === 'newline' || this.#token.kind === ';') this.#advance();
      if (this.#token.kind === 'end') return settings;
      settings.push(this.#setting());
      this.#endOfSetting();
    }
  }

  #setting(): Setting {
    const key = this.#token;
    if (key.kind !== 'identifier') {
      throw configError(key.at, `expected a key, found ${describe(key)}`);
    }
    this.#advance();
    const op = this.#token;
    if (op.kind !== '=' && op.kind !== '+=') {
      const hint = PYTHON_WORDS.has(key.text) ? [NOT_PYTHON] : [];
      throw configError(
        op.at,
        `expected "=" or "+=" after "${key.text}", found ${describe(op)}`,
        ...hint,
      );
    }
    this.#advance();
    return { key: key.text, at: key.at, op: op.kind, value: this.#value(key.text, 0) };
  }

  #endOfSetting(): void {
    const token = this.#token;
    if (token.kind === 'newline' || token.kind === ';' || token.kind === 'end') return;
    throw configError(
      token.at,
      `expected the end of the line or ";", found ${describe(token)}`,
      'Put quotes round a value that is not a plain number.',
    );
  }

  #value(key: string, depth: number): ConfigValue {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#advance();
      return { kind: 'atom', text: token.text, at: token.at, lead: 0 };
    }
    if (token.kind === 'string') {
      this.#advance();
      return {
        kind: 'atom',
        text: token.text,
        at: token.at,
        lead: token.plain ? 1 : undefined,
      };
    }
    if (token.kind === '[') return this.#list(key, depth);
    const hint = token.kind === 'identifier' ? [`Put quotes round text: "${token.text}".`] : [];
    throw configError(
      token.at,
      `expected a value for "${key}" (a number, a string in quotes or a [list]), found ${describe(token)}`,
      ...hint,
    );
  }

  #list(key: string, depth: number): ConfigList {
    const { at } = this.#token;
    if (depth >= MAX_DEPTH) {
      throw configError(at, `lists nest more than ${MAX_DEPTH} deep`);
    }
    const items: ConfigValue[] = [];
    this.#advance();
    this.#newlines();
    while (!this.#atListEnd(at, key)) {
      items.push(this.#value(key, depth + 1));
      this.#newlines();
      this.#afterItem(at, key);
    }
    this.#advance();
    return { kind: 'list', items, at };
  }

  #atListEnd(at: Position, key: string): boolean {
    if (this.#token.kind === 'end') throw unclosed(at, key);
    return this.#token.kind === ']';
  }

  #afterItem(at: Position, key: string): void {
    const token = this.#token;
    if (token.kind === ',') {
      this.#advance();
      this.#newlines();
    } else if (!this.#atListEnd(at, key)) {
      throw configError(
        token.at,
        `expected "," or "]" in the list that begins at ${formatPosition(at)}, found ${describe(token)}`,
      );
    }
  }

  #newlines(): void {
    while (this.#token.kind === 'newline') this.#advance();
  }

  #advance(): void {
    this.#token = this.#lexer.next();
  }
}

function unclosed(at: Position, key: string): Error {
  return configError(at, `this list of "${key}" is not closed`, 'Close it with "]".');
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'identifier':
    case 'number':
      return `"${token.text}"`;
    case 'string':
      return `the string ${JSON.stringify(token.text)}`;
    case 'newline':
      return 'the end of the line';
    case 'end':
      return 'the end of the text';
    case '=':
    case '+=':
    case ',':
    case '[':
    case ']':
    case ';':
      return `"${token.kind}"`;
  }
}
