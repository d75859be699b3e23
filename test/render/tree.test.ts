import { describe, expect, test } from 'vitest';
import { renderTree, renderTreesSideBySide } from '../../src/render/tree.js';

const SOURCE = {
  root: '/local/domain/1',
  entries: [
    { path: '/local/domain/1/name', value: 'web' },
    { path: '/local/domain/1/device', value: '' },
    { path: '/local/domain/1/device/vbd', value: '' },
    { path: '/local/domain/1/device/vbd/51712', value: '' },
    { path: '/local/domain/1/device/vbd/832', value: 'x\u001b[2J' },
    { path: '/local/domain/1/device-misc', value: '' },
    { path: '/local/domain/10/name', value: 'another' },
  ],
};

describe('a tree', () => {
  test('is indented, in order, its values safe to print', () => {
    expect(renderTree(SOURCE.root, SOURCE.entries)).toBe(
      [
        '/local/domain/1',
        '  device = ""',
        '    vbd = ""',
        '      832 = "x\\x1b[2J"',
        '      51712 = ""',
        '  device-misc = ""',
        '  name = "web"',
        '',
      ].join('\n'),
    );
  });

  test('stands beside another, equal paths on one line', () => {
    const destination = {
      root: '/local/domain/2',
      entries: [
        { path: '/local/domain/2/name', value: 'web--incoming' },
        { path: '/local/domain/2/memory', value: '' },
      ],
    };
    const source = { ...SOURCE, entries: SOURCE.entries.slice(0, 1) };
    expect(renderTreesSideBySide(source, destination, 39)).toBe(
      [
        '/local/domain/1    | /local/domain/2',
        '                   | memory = ""',
        'name = "web"       | name = "web--inco…',
        '',
      ].join('\n'),
    );
  });
});
