import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Domovoi } from './domovoi.js';

export const hasTools = (process.env.PATH ?? '')
  .split(':')
  .some((directory) => existsSync(`${directory}/xenstore-ls`));
if (!hasTools) process.stderr.write('Tests that need xenstore-ls (xenstore-utils) are skipped.\n');

/** A test that looks at the store with Debian's own tools; skipped where they are not installed. */
export const storeTest = test.skipIf(!hasTools);

/** The lines of `xenstore-ls -fp`, sorted. */
export async function dump(host: Domovoi): Promise<string[]> {
  const { code, stdout, stderr } = await host.exec('xenstore-ls', ['-fp']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n').sort();
}

/** `/path   (n0,r1)` of a line of `xenstore-ls -fp`. */
export function pathAndPermissions(line: string): string {
  const match = /^(\/\S*) = ".*" {3}\((\S+)\)$/.exec(line);
  expect(match, line).not.toBeNull();
  return `${match?.[1]} ${match?.[2]}`;
}

/** The value of a node in a dump. */
export function valueAt(lines: readonly string[], path: string): string | undefined {
  const line = lines.find((each) => each.startsWith(`${path} = "`));
  return line === undefined ? undefined : /^\S+ = "(.*)" {3}\(/.exec(line)?.[1];
}

/** A dump with the domain's numbers replaced: two incarnations of one domain have the same. */
export function withoutNumbers(
  lines: readonly string[],
  { domid, uuid }: { readonly domid: number; readonly uuid: string },
): string[] {
  const replacements: readonly (readonly [RegExp, string])[] = [
    [new RegExp(uuid, 'g'), 'UUID'],
    [new RegExp(`^(/local/domain|/libxl|/vm/UUID/domains)/${domid}(?=[/ ])`), '$1/DOMID'],
    [new RegExp(`(?<=/local/domain/)${domid}(?=/)`, 'g'), 'DOMID'],
    [new RegExp(`(?<=/backend/(vbd|vif|console|vkbd|qdisk|vfb)/)${domid}(?=[/ "])`, 'g'), 'DOMID'],
    [new RegExp(`(?<=/(domid|frontend-id) = ")${domid}(?=")`), 'DOMID'],
    [new RegExp(`(?<=/console/tty = ".*/)${domid}(?=")`), 'DOMID'],
    [/(?<=\/DOMID\/handle = ")\[[\d, ]+\](?=")/, 'HANDLE'],
    [/(?<=\/(store|console)\/ring-ref = ")\d+(?=")/, 'FRAME'],
    [new RegExp(`(?<=[(,][nrwb])${domid}(?=[,)])`, 'g'), 'DOMID'],
  ];
  return lines
    .map((line) =>
      replacements.reduce((text, [pattern, word]) => text.replace(pattern, word), line),
    )
    .sort();
}
