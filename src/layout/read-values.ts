/** The values of a part of the store by path, as one reads configurations from them. */
export class StoredValues {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  text(path: string): string | undefined {
    return this.#values.get(path);
  }

  /** As {@link text}; what is empty counts as absent. */
  word(path: string): string | undefined {
    return this.#values.get(path) || undefined;
  }

  /** A decimal number; undefined where there is none that can be counted on. */
  number(path: string): number | undefined {
    const text = this.#values.get(path);
    if (text === undefined || !/^-?\d{1,15}$/.test(text)) return undefined;
    return Number(text);
  }

  bit(path: string): boolean | undefined {
    const text = this.#values.get(path);
    return text === undefined ? undefined : text === '1';
  }

  choice<T extends string>(path: string, choices: readonly T[]): T | undefined {
    const text = this.#values.get(path);
    return choices.find((choice) => choice === text);
  }

  /** The numbers that a node's children have for names, in order. */
  numbers(path: string): number[] {
    const prefix = `${path}/`;
    const names = [...this.#values.keys()]
      .filter((each) => each.startsWith(prefix))
      .map((each) => each.slice(prefix.length).split('/', 1)[0] ?? '')
      .filter((name) => /^\d{1,9}$/.test(name));
    return [...new Set(names.map(Number))].sort((left, right) => left - right);
  }
}
