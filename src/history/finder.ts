import type Database from 'better-sqlite3';
import {
  type Domid,
  parseDomid,
  parseUuid,
  parseUuidPrefix,
  ToolstackError,
  type Uuid,
} from '../model/index.js';

interface UuidRow {
  readonly uuid: Uuid;
}

/** Finds the domain that a person means. */
export class DomainFinder {
  readonly #byDomid: Database.Statement<[Domid], UuidRow>;
  readonly #byName: Database.Statement<[string], UuidRow>;
  readonly #byRange: Database.Statement<[string, string], UuidRow>;

  constructor(db: Database.Database) {
    this.#byDomid = db.prepare(
      `SELECT uuid FROM incarnations WHERE domid = ? AND ended_at IS NULL
       ORDER BY began_at DESC, uuid LIMIT 1`,
    );
    this.#byName = db.prepare(
      `SELECT d.uuid FROM domains d LEFT JOIN incarnations i ON i.uuid = d.uuid
       WHERE d.name = ?
       ORDER BY i.epoch IS NOT NULL AND i.ended_at IS NULL DESC,
                i.began_at DESC NULLS LAST, d.last_seen DESC, d.uuid
       LIMIT 1`,
    );
    this.#byRange = db.prepare(
      'SELECT uuid FROM domains WHERE uuid BETWEEN ? AND ? ORDER BY uuid LIMIT 4',
    );
  }

  /**
   * The domain with this domid just now, else with this name, else with this UUID or beginning of
   * one (four digits or more, dashes as you like). Of several with one name, one that lives comes
   * before those that do not, then the one whose last incarnation is the newest.
   * @throws ToolstackError EINVAL when a beginning fits several domains
   */
  find(reference: string): Uuid | undefined {
    const domid = parseDomid(reference);
    const living = domid === undefined ? undefined : this.#byDomid.get(domid);
    return (living ?? this.#byName.get(reference))?.uuid ?? this.#byUuid(reference);
  }

  #byUuid(reference: string): Uuid | undefined {
    const digits = parseUuidPrefix(reference);
    if (digits === undefined) return undefined;
    const from = parseUuid(digits.padEnd(32, '0'));
    const to = parseUuid(digits.padEnd(32, 'f'));
    if (from === undefined || to === undefined) return undefined;
    const found = this.#byRange.all(from, to);
    if (found.length > 1) {
      const examples = found.slice(0, 3).map(({ uuid }) => uuid);
      const more = found.length > examples.length ? ' and others' : '';
      throw new ToolstackError('EINVAL', `"${reference}" begins the UUIDs of several domains`, {
        suggestions: [`Give more of it; it fits ${examples.join(', ')}${more}.`],
      });
    }
    return found[0]?.uuid;
  }
}
