import { expect, test } from 'vitest';
import { audit } from '../../src/audit/index.js';
import { goldenNodes, info, snapshot } from './snapshots.js';

/** The UUID that a domain's own key has, as the hypervisor would. */
function guests(nodes: ReturnType<typeof goldenNodes>) {
  return [...nodes].flatMap(([path, { value }]) => {
    const number = /^\/local\/domain\/(\d+)\/vm$/.exec(path)?.[1];
    return number === undefined ? [] : [info(Number(number), value.slice('/vm/'.length))];
  });
}

function findingsIn(name: string) {
  const nodes = goldenNodes(name);
  return audit(snapshot(nodes, guests(nodes))).map(({ code, path }) => `${code} ${path}`);
}

test('domains that xl made and runs are sound', () => {
  expect(findingsIn('xl-pv')).toEqual([]);
  expect(findingsIn('xl-pvh')).toEqual([]);
});

test("xl's migration on one host leaves a domain that points nowhere", () => {
  expect(findingsIn('xl-after-local-migration')).toEqual(['no-vm /local/domain/2/vm']);
});

test("a migration of xl that was killed leaves two domains that share one directory's name", () => {
  const uuid = 'aeb8e840-e582-11f1-9e49-254a02c86eba';
  expect(findingsIn('xl-after-killed-migration')).toEqual([
    `same-uuid /vm/${uuid}`,
    `wrong-permissions /vm/${uuid}`,
  ]);
});
