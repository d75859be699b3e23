import type { Json } from '../model/index.js';
import type { Atom, ConfigValue, Setting } from './grammar.js';
import { parseInteger } from './integer.js';
import { isKnownKey, KEYS, type KeyOf, type KnownKey, keySpec } from './keys.js';
import { didYouMean } from './nearest.js';
import { type ConfigWarning, configError, formatPosition, type Position } from './position.js';
import type { Settings } from './settings.js';

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Reads merged settings by key and type, and gathers warnings. Every method throws
 * ToolstackError `config-invalid`, at the value, where the value has another type.
 */
export class ConfigReader {
  readonly warnings: ConfigWarning[] = [];
  readonly #settings: Settings;
  readonly #file: string;

  /** @param file named where something is missing, and so has no place of its own */
  constructor(settings: Settings, file: string) {
    this.#settings = settings;
    this.#file = file;
  }

  /**
   * Warns of unknown and deprecated keys, and checks the types of all others.
   *
   * @returns the values of the keys that are kept for others, in the order of their first setting
   * @throws ToolstackError config-invalid for a key that asks for what cannot be given
   */
  checkKeys(): Record<string, Json> {
    const kept: Record<string, Json> = {};
    for (const { key, at } of this.#settings.values()) {
      if (!isKnownKey(key)) {
        this.warn(at, `unknown key "${key}"${didYouMean(key, Object.keys(KEYS))}`);
        continue;
      }
      const { use, deprecated } = keySpec(key);
      if (deprecated !== undefined) this.warn(at, `"${key}" is deprecated: ${deprecated}`);
      if (use === 'ignored') continue;
      const value = this.#json(key);
      if (use === 'kept' && value !== undefined) kept[key] = value;
      if (use === 'refused' && asksForSomething(value)) {
        throw configError(
          at,
          `"${key}" is not supported`,
          `Take "${key}" out, or run this domain with a toolstack that supports it.`,
        );
      }
    }
    return kept;
  }

  atom(key: KeyOf<'string' | 'number' | 'bool'>): Atom | undefined {
    const setting = this.#settings.get(key);
    return setting === undefined ? undefined : single(key, setting.value);
  }

  string(key: KeyOf<'string'>): string | undefined {
    return this.atom(key)?.text;
  }

  /** One of a few words. */
  choice<T extends string>(key: KeyOf<'string'>, choices: readonly T[]): T | undefined {
    const atom = this.atom(key);
    if (atom === undefined) return undefined;
    const choice = choices.find((known) => known === atom.text);
    if (choice !== undefined) return choice;
    throw configError(
      atom.at,
      `${JSON.stringify(atom.text)} is no value for "${key}"${didYouMean(atom.text, choices)}`,
      `The values are ${choices.join(', ')}.`,
    );
  }

  number(key: KeyOf<'number'>, bounds: Bounds = {}): number | undefined {
    const value = this.#integer(key);
    if (value === undefined) return undefined;
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
    if (value < min) throw configError(this.at(key), `"${key}" is ${value}; the least is ${min}`);
    if (value > max) throw configError(this.at(key), `"${key}" is ${value}; the most is ${max}`);
    return value;
  }

  bool(key: KeyOf<'bool'>): boolean | undefined {
    const value = this.#integer(key);
    return value === undefined ? undefined : value !== 0;
  }

  /** The items of a list that holds single values only. */
  list(key: KeyOf<'list'>): readonly Atom[] {
    const setting = this.#settings.get(key);
    return setting === undefined ? [] : items(key, setting.value);
  }

  stringOrList(key: KeyOf<'string-or-list'>): Atom | readonly Atom[] | undefined {
    const value = this.#settings.get(key)?.value;
    return value === undefined || value.kind === 'atom' ? value : items(key, value);
  }

  /** Where the value of a key is, or where the text begins when it is not set. */
  at(key: KnownKey): Position {
    return this.#settings.get(key)?.value.at ?? { file: this.#file, line: 1, column: 1 };
  }

  warn(at: Position, message: string): void {
    this.warnings.push({ message, where: formatPosition(at) });
  }

  #integer(key: KeyOf<'number' | 'bool'>): number | undefined {
    const atom = this.atom(key);
    if (atom === undefined) return undefined;
    if (this.#settings.get(key)?.op === '+=') {
      throw configError(atom.at, `"+=" cannot be used with the number "${key}"`, 'Use "=".');
    }
    const value = parseInteger(atom.text);
    if (value !== undefined) return value;
    const suggestion =
      KEYS[key].type === 'bool'
        ? 'Write 1 for true and 0 for false.'
        : 'Write a decimal number, or one in hexadecimal (0x…) or octal (0…), without a unit.';
    throw configError(
      atom.at,
      `"${key}" must be a number, and ${JSON.stringify(atom.text)} is none`,
      suggestion,
    );
  }

  #json(key: KnownKey): Json | undefined {
    const setting = this.#settings.get(key);
    if (setting === undefined) return undefined;
    const { type } = KEYS[key];
    switch (type) {
      case 'number':
        return this.#integer(key as KeyOf<'number'>);
      case 'bool':
        return this.bool(key as KeyOf<'bool'>);
      case 'string':
        return single(key, setting.value).text;
      case 'list':
        return listValue(key, setting).map(toJson);
      case 'bool-or-list':
      case 'string-or-list':
        return toJson(setting.value);
    }
  }
}

function single(key: string, value: ConfigValue): Atom {
  if (value.kind === 'atom') return value;
  throw configError(
    value.at,
    `"${key}" must be a single value, not a list`,
    'Take the brackets away.',
  );
}

function listValue(key: string, { value }: Setting): readonly ConfigValue[] {
  if (value.kind === 'list') return value.items;
  throw configError(
    value.at,
    `"${key}" must be a list, not a single value`,
    `Put brackets round it: ${key} = [ … ].`,
  );
}

function items(key: string, value: ConfigValue): readonly Atom[] {
  if (value.kind === 'atom') {
    throw configError(
      value.at,
      `"${key}" must be a list, not a single value`,
      `Put brackets round it: ${key} = [ ${JSON.stringify(value.text)} ].`,
    );
  }
  return value.items.map((item) => {
    if (item.kind === 'atom') return item;
    throw configError(item.at, `the items of "${key}" must be single values, not lists`);
  });
}

function toJson(value: ConfigValue): Json {
  return value.kind === 'atom' ? value.text : value.items.map(toJson);
}

function asksForSomething(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== '';
}
