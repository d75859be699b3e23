import { type Domains, specialNames } from '../../../src/xenstored/domains.js';
import { type Tree, walk } from '../../../src/xenstored/tree.js';

/** All that a restart must not change. */
export function stateOf({ tree, domains }: { tree: Tree; domains: Domains }) {
  return {
    generation: tree.generation,
    nodes: [...walk(tree.root, '/')].map(([at, { value, permissions, generation }]) => ({
      at,
      value,
      permissions,
      generation,
    })),
    epoch: domains.epoch,
    domains: [...domains.all()],
    special: specialNames.map((name) => domains.specialPermissions(name)),
  };
}
