import { expect, test } from 'vitest';
import { explainPath } from '../../src/cli/explain.js';
import { DESCRIBED_KEYS } from '../../src/layout/described.js';
import { explain } from '../../src/layout/explain.js';
import { PLAIN } from '../../src/render/colour.js';
import { renderExplanation } from '../../src/render/explain.js';

test('a key is explained with what its path says filled in', () => {
  expect(renderExplanation(explainPath('/local/domain/5/memory/target'), PLAIN)).toBe(
    [
      '/local/domain/5/memory/target',
      '  meaning      memory the domain is to balloon to',
      '  format       size in KiB',
      '  writer       toolstack',
      '  permissions  n0,r5: the guest may read',
      '  life         written and rewritten while the domain runs',
      '  source       xl 4.17 writes it',
      '  in the map   /local/domain/<domid>/memory/target',
      '',
    ].join('\n'),
  );
});

test("a back end's permissions name both domains", () => {
  const { key } = explainPath('/local/domain/2/backend/vbd/7/51712/physical-device');
  expect(key).toMatchObject({ writer: 'hotplug script', permissions: 'n2,r7' });
});

test('a node that is two things says both', () => {
  const { key, children } = explainPath('/local/domain/5/memory');
  expect(key?.manual).toMatchObject({ unit: 'MiB' });
  expect(children.map(({ name }) => name)).toEqual(['static-max', 'target', 'videoram']);
});

test('a directory of the map tells what may be below it', () => {
  const names = (path: string) => explainPath(path).children.map(({ name }) => name);
  expect(names('/')).toEqual(['vm', 'local', 'libxl', 'tool']);
  expect(names('/local/domain/<domid>/console')).toContain('ring-ref');
  expect(names('/local/domain/3/device')).toEqual(
    expect.arrayContaining(['vbd', 'vif', 'vfb', 'vkbd', 'console', 'suspend']),
  );
});

test('domain 0 has its own', () => {
  expect(explainPath('name').pattern).toBe('/local/domain/0/name');
  expect(explainPath('/vm/00000000-0000-0000-0000-000000000000/uuid').key?.permissions).toBe('n0');
});

test('what is not there is answered with what was probably meant', () => {
  const ask = () => explainPath('/local/domain/5/consle/ring-ref');
  expect(ask).toThrow(
    expect.objectContaining({
      code: 'ENOENT',
      suggestions: expect.arrayContaining([
        `Did you mean "domovoi explain '/local/domain/5/console/ring-ref'"?`,
      ]),
    }),
  );
});

test('every key of the map can be asked for as the map has it', () => {
  for (const { path } of DESCRIBED_KEYS)
    expect([path, explain(path)?.pattern]).toEqual([path, path]);
});

test('what is said of a key makes sense without its name', () => {
  const unfinished = DESCRIBED_KEYS.filter(({ key }) => /^(?:of|and|by|for) /.test(key.about));
  expect(unfinished.map(({ path }) => path)).toEqual([]);
});
