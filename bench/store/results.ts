import type { Memory, Subject } from './daemons.js';
import type { Measurement } from './load.js';

/** What one round of a case found on one daemon. */
export type Round = Measurement & Memory;
export type Figure = keyof Round;

/** A subject and the name of a case; without a name, the row's only case. */
export type Of = readonly [Subject, string?];

/** All rounds of a row. */
export class Results {
  readonly #rounds = new Map<string, Round[]>();

  add(subject: Subject, caseName: string, round: Round): void {
    for (const key of [subject, `${subject} ${caseName}`]) {
      const rounds = this.#rounds.get(key);
      if (rounds === undefined) this.#rounds.set(key, [round]);
      else rounds.push(round);
    }
  }

  rounds(...[subject, caseName]: Of): readonly Round[] {
    const key = caseName === undefined ? subject : `${subject} ${caseName}`;
    return this.#rounds.get(key) ?? [];
  }

  /** The median over the rounds; undefined when there was none. */
  median(figure: Figure, ...of: Of): number | undefined {
    return medianOf(this.rounds(...of).map((round) => round[figure]));
  }

  /** One median through another; undefined when one of the two was not measured. */
  ratio(figure: Figure, above: Of, below: Of): number | undefined {
    const [upper, lower] = [this.median(figure, ...above), this.median(figure, ...below)];
    return upper === undefined || lower === undefined ? undefined : upper / lower;
  }

  /** The time of the last operations through that of those around the 100th; undefined with fewer. */
  growth(subject: Subject): number | undefined {
    const long = this.rounds(subject).filter(({ early }) => early > 0);
    return medianOf(long.map(({ early, late }) => late / early));
  }
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
