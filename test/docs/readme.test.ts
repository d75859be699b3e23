import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('the table of README.md has every command', () => {
  const rows = readFileSync(`${ROOT}README.md`, 'utf8').matchAll(/^\| (`.*?) +\|/gm);
  const told = [...rows].map(([, cell]) => cell).join(' ');
  const commands = readdirSync(`${ROOT}commands`).map((name) => name.replace(/\.ts$/, ''));
  expect(commands.filter((name) => !new RegExp(`\`${name}\\b(?!-)`).test(told))).toEqual([]);
});
