import { readFileSync } from 'node:fs';

export interface RealNode {
  readonly value: string;
  readonly permissions: string;
}

/**
 * What `xenstore-ls -fp` printed on a host with Xen 4.17 after `xl create`: lines as
 * `/local/domain/1/name = "pv1"   (n0,r1)`. Only the parts of the tree that belong to the domain.
 */
export function readReal(name: string): Map<string, RealNode> {
  const text = readFileSync(new URL(`${name}.xenstore`, import.meta.url), 'utf8');
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [, path = '', value = '', permissions = ''] =
          /^(\S+) = "(.*)" {3}\(([nrwb\d,]+)\)$/.exec(line) ?? [];
        if (path === '') throw new Error(`not a node: ${line}`);
        return [path, { value, permissions }] as const;
      }),
  );
}
