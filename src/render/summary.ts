import type { Json, JsonObject, Uuid } from '../model/index.js';
import { escapeText } from './escape.js';
import { duration } from './time.js';

/** What a migration came to, from the state that its operation ended with. */
export function renderMigration(name: string, uuid: Uuid, state: JsonObject): string {
  const facts = [
    count(state.rounds, 'round', 'rounds'),
    count(state.sentPages, 'page sent', 'pages sent'),
    time('downtime', state.downtimeMs),
    time('total', state.totalMs),
  ].filter((fact) => fact !== undefined);
  const domids = `domid ${number(state.domid) ?? '?'} -> ${number(state.newDomid) ?? '?'}`;
  return [
    'Migration successful.\n',
    `${escapeText(name)}: ${domids}, UUID ${uuid}\n`,
    ...(facts.length === 0 ? [] : [`${facts.join(', ')}\n`]),
  ].join('');
}

function count(value: Json | undefined, one: string, many: string): string | undefined {
  const known = number(value);
  return known === undefined ? undefined : `${known} ${known === 1 ? one : many}`;
}

function time(what: string, value: Json | undefined): string | undefined {
  const known = number(value);
  return known === undefined ? undefined : `${what} ${duration(known)}`;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
