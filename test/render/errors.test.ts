import { describe, expect, test } from 'vitest';
import { ToolstackError } from '../../src/model/index.js';
import { paletteFor } from '../../src/render/colour.js';
import { exitCodeOf, renderError, unknownDomainMessage } from '../../src/render/errors.js';
import { renderJson, renderJsonError } from '../../src/render/json.js';

const ERROR = new ToolstackError('ENOENT', 'the kernel /boot/\u001bx is not there', {
  where: 'web.cfg:3:10',
  suggestions: ['Check the path.', 'Paths are relative to the file.'],
});

describe('an error', () => {
  test('says what, where and what to do', () => {
    expect(renderError(ERROR)).toBe(
      [
        'domovoi: the kernel /boot/\\x1bx is not there',
        '  at web.cfg:3:10',
        '  - Check the path.',
        '  - Paths are relative to the file.',
        '',
      ].join('\n'),
    );
  });

  test('is red on a terminal, unless NO_COLOR is set', () => {
    const red = '\u001b[31mdomovoi:\u001b[39m';
    expect(renderError(ERROR, paletteFor({ isTTY: true }, {}))).toContain(red);
    expect(renderError(ERROR, paletteFor({ isTTY: true }, { NO_COLOR: '1' }))).not.toContain(red);
    expect(renderError(ERROR, paletteFor({ isTTY: true }, { TERM: 'dumb' }))).not.toContain(red);
    expect(renderError(ERROR, paletteFor({}, {}))).not.toContain(red);
  });

  test('has the exit code of xl', () => {
    expect(exitCodeOf('create', 'ENOMEM')).toBe(3);
    expect(exitCodeOf('restore', 'ENOENT')).toBe(3);
    expect(exitCodeOf('create', 'config-invalid')).toBe(1);
    expect(exitCodeOf('destroy', 'no-such-domain')).toBe(1);
  });

  test.each([
    ['list', 'web', 'web is an invalid domain identifier (rc=-6)\n'],
    ['list', '99', "Error: Domain '99' does not exist.\n"],
    ['destroy', '99', '99 is an invalid domain identifier (rc=-6)\n'],
    ['migrate', 'a\u001bb', 'a\\x1bb is an invalid domain identifier (rc=-6)\n'],
    ['domid', 'web', "Can't get domid of domain name 'web', maybe this domain does not exist.\n"],
    [
      'domname',
      '99',
      "Can't get domain name of domain id '99', maybe this domain does not exist.\n",
    ],
    ['domname', 'web', 'Invalid domain id.\n\n'],
  ])('of %s about %j, which is not there, is worded by xl', (command, reference, message) => {
    expect(unknownDomainMessage(command, reference)).toBe(message);
  });
});

describe('--json', () => {
  test('prints one envelope', () => {
    expect(JSON.parse(renderJson('DomainList', { items: [{ domid: 0 }] }))).toEqual({
      apiVersion: 'v1',
      kind: 'DomainList',
      items: [{ domid: 0 }],
    });
    expect(JSON.parse(renderJson('Operation', { item: {}, warnings: ['careful'] }))).toEqual({
      apiVersion: 'v1',
      kind: 'Operation',
      item: {},
      warnings: ['careful'],
    });
  });

  test('prints errors in it too', () => {
    expect(JSON.parse(renderJsonError(ERROR))).toEqual({
      apiVersion: 'v1',
      kind: 'Error',
      error: {
        code: 'ENOENT',
        message: 'the kernel /boot/\u001bx is not there',
        where: 'web.cfg:3:10',
        suggestions: ['Check the path.', 'Paths are relative to the file.'],
      },
    });
  });
});
