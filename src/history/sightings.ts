import type Database from 'better-sqlite3';
import type { Uuid } from '../model/index.js';

export interface DomainSeen {
  readonly uuid: Uuid;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Which domains there are, or were, and under which name each was seen last. */
export class Sightings {
  readonly #saw: Database.Statement<[DomainSeen]>;
  readonly #heardOf: Database.Statement<[DomainSeen]>;

  constructor(db: Database.Database) {
    this.#saw = db.prepare(
      `INSERT INTO domains (uuid, name, first_seen, last_seen) VALUES (@uuid, @name, @at, @at)
       ON CONFLICT (uuid) DO UPDATE SET name = excluded.name, last_seen = excluded.last_seen`,
    );
    this.#heardOf = db.prepare(
      `INSERT INTO domains (uuid, name, first_seen, last_seen) VALUES (@uuid, @name, @at, @at)
       ON CONFLICT (uuid) DO UPDATE SET last_seen = excluded.last_seen`,
    );
  }

  /** Notes a domain that may never come to be: one that is known keeps its name. */
  heardOf(domain: DomainSeen): void {
    this.#heardOf.run(domain);
  }

  saw(domain: DomainSeen): void {
    this.#saw.run(domain);
  }
}
