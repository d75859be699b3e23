import { findDescribed } from '../../src/layout/described.js';
import { explain } from '../../src/layout/explain.js';
import { isFormatted } from '../../src/layout/format.js';
import { permissionsText } from '../../src/layout/permissions-text.js';

/** A node with permissions as `xenstore-ls -p` shows them. */
export interface SeenNode {
  readonly value: string;
  readonly permissions: string;
}

/**
 * What of a tree the store map does not account for: nodes that it does not describe, values that
 * are not written as it says, permissions that it does not give. A mere directory is empty and has
 * its parent's permissions.
 */
export function undescribed(
  nodes: ReadonlyMap<string, SeenNode>,
  incarnations: readonly number[],
): string[] {
  return [...nodes].flatMap(([path, node]) => problemsOf(path, node, nodes, incarnations));
}

function problemsOf(
  path: string,
  { value, permissions }: SeenNode,
  nodes: ReadonlyMap<string, SeenNode>,
  incarnations: readonly number[],
): string[] {
  const found = findDescribed(path);
  if (found === undefined) {
    if (explain(path) === undefined) return [`${path} is not described`];
    const inherited = nodes.get(path.slice(0, path.lastIndexOf('/')))?.permissions ?? permissions;
    return value === '' && permissions === inherited
      ? []
      : [`${path} is no mere directory: "${value}" (${permissions})`];
  }
  const { described, bindings } = found;
  const { access, format, manual } = described.key;
  const isWell =
    isFormatted(format, value) || (manual?.format && isFormatted(manual.format, value));
  const wanted =
    access === 'incarnations-read'
      ? ['n0', ...incarnations.map((domid) => `r${domid}`)].join(',')
      : permissionsText(access, withBackend(bindings));
  return [
    ...(isWell ? [] : [`${path} is "${value}", not ${String(format)}`]),
    ...(permissions === wanted ? [] : [`${path} has ${permissions}, not ${wanted}`]),
  ];
}

/** A front end's path does not say where its back end is: in these trees, in domain 0. */
function withBackend(bindings: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([['backend-domid', '0'], ...bindings]);
}
