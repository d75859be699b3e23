import type { Json } from '../model/index.js';

const INDENT = '    ';

/** JSON as libxl's generator prints it: four blanks a level, and an empty line in what is empty. */
export function renderYajl(value: Json): string {
  return `${print(value, '')}\n`;
}

function print(value: Json | undefined, indent: string): string {
  if (value === undefined || value === null || typeof value !== 'object') {
    return JSON.stringify(value ?? null);
  }
  const inner = indent + INDENT;
  const isList = Array.isArray(value);
  const members = isList
    ? value.map((item: Json) => print(item, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => `${JSON.stringify(name)}: ${print(member as Json, inner)}`);
  const lines = members.map((member) => inner + member).join(',\n');
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${lines}\n${indent}${close}`;
}
