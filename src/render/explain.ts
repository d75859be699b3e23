import type { ExplainedKey, ExplainedValue, Explanation } from '../model/index.js';
import type { Palette } from './colour.js';
import { escapeText } from './escape.js';

/** A path of the store in words, and what may be below it. */
export function renderExplanation(
  { path, pattern, key, children }: Explanation,
  palette: Palette,
): string {
  const heading = palette.heading(escapeText(path));
  const rows = key === undefined ? [['meaning', 'a directory']] : rowsOf(key);
  const named = pattern === path ? rows : [...rows, ['in the map', pattern]];
  const width = Math.max(...children.map(({ name }) => name.length));
  const below = children.map(({ name, about }) =>
    `  ${name.padEnd(width)}  ${about ?? '(directory)'}`.trimEnd(),
  );
  return [
    heading,
    ...named.map(([title = '', text = '']) => `  ${title.padEnd(12)} ${escapeText(text)}`),
    ...(below.length === 0 ? [] : [palette.heading('Below it:'), ...below]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function rowsOf(key: ExplainedKey): string[][] {
  return [
    ['meaning', key.about],
    ['format', withUnit(key)],
    ...(key.manual === undefined
      ? []
      : [['or, as xend', `${key.manual.about}: ${withUnit(key.manual)}`]]),
    ['writer', key.writer],
    ['permissions', `${key.permissions}: ${key.access}`],
    ['life', key.life],
    ['source', key.source],
  ];
}

function withUnit({ format, unit }: ExplainedValue): string {
  return unit === undefined ? format : `${format} in ${unit}`;
}
