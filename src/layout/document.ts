import { DESCRIBED_KEYS, type DescribedKey } from './described.js';
import { explainKey } from './explain.js';
import { SOURCES } from './key.js';
import { LIVES } from './life.js';
import { type Section, STORE_MAP } from './map.js';

const INTRODUCTION = `# The store, key by key

Made from the tables of \`src/layout\` by \`npm run docs\`: change those, not this. \`domovoi explain PATH\`
tells the same of one path.

Names in angle brackets stand for one name each. Permissions are written as \`xenstore-ls -p\` prints
them: the owner first, with what everybody else may. A key with the mark † is not written for a domain
that was created with \`--layout xl\`; what is in brackets after "or" is what other trees have in a node
that xl leaves empty. Numbers are decimal.
`;

/** The whole store map as Markdown, a table for each section. */
export function storeLayoutDocument(): string {
  return [
    INTRODUCTION,
    terms('When keys are there', LIVES),
    terms('Where keys come from', SOURCES),
    ...STORE_MAP.map(sectionText),
  ].join('\n');
}

function terms(title: string, words: Readonly<Record<string, string>>): string {
  const lines = Object.entries(words).map(([word, meaning]) => `- **${word}**: ${meaning}`);
  return [`## ${title}`, '', ...lines, ''].join('\n');
}

function sectionText(section: Section): string {
  const keys = DESCRIBED_KEYS.filter((described) => described.section === section);
  return [
    `## ${section.title}`,
    '',
    `\`${section.root}\``,
    '',
    '| key | meaning | format | writer | permissions | life | source |',
    '|---|---|---|---|---|---|---|',
    ...keys.map((described) => `| ${row(described).join(' | ')} |`),
    '',
  ].join('\n');
}

function row(described: DescribedKey): string[] {
  const { key, section } = described;
  const known = explainKey(described, new Map());
  const mark = known.layout === 'xl' ? '' : ' †';
  const { manual } = known;
  const also = manual === undefined ? '' : ` [or ${manual.about}: ${withUnit(manual)}]`;
  return [
    `\`${key.path === '' ? section.root.slice(section.root.lastIndexOf('/') + 1) : key.path}\`${mark}`,
    escapeCell(known.about + also),
    escapeCell(withUnit(known)),
    known.writer,
    `\`${known.permissions}\``,
    key.life ?? section.life,
    key.source ?? 'xl',
  ];
}

function withUnit({ format, unit }: { readonly format: string; readonly unit?: string }): string {
  return unit === undefined ? format : `${format}, ${unit}`;
}

function escapeCell(text: string): string {
  return text.replace(/[|<]/g, (character) => (character === '|' ? '\\|' : '&lt;'));
}
