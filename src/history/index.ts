/** History: what happened to each domain, in SQLite; also the journal of operations. */
export { History, type HistoryReader } from './history.js';
export type { SqliteJournal } from './journal.js';
export type { HistoryFilter, Queries } from './queries.js';
export type { BeginIncarnation, EndIncarnation, Records } from './records.js';
export type { DomainSeen } from './sightings.js';
