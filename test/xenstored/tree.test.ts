import { expect, test } from 'vitest';
import { MisfitError, type Mutation, Tree } from '../../src/xenstored/tree.js';

const permissions = { entries: [{ access: 'n', domid: 0 }], epoch: 0 } as const;

test.each<Mutation>([
  { kind: 'create', path: '/there', value: '', permissions },
  { kind: 'write', path: '/missing', value: '' },
  { kind: 'permissions', path: '/missing', permissions },
  { kind: 'remove', path: '/missing' },
])('a $kind that does not fit the tree leaves nothing to take back', (mutation) => {
  const tree = Tree.empty(permissions);
  tree.apply({ kind: 'create', path: '/there', value: 'kept', permissions });
  const undo: (() => void)[] = [];
  expect(() => tree.apply(mutation, undo)).toThrow(MisfitError);
  for (const takeBack of undo.reverse()) takeBack();
  expect(tree.find('/there')?.value).toBe('kept');
  expect(tree.generation).toBe(1);
});
