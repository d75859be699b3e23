import { describe, expect, test } from 'vitest';
import { type ConfigValue, parseSettings } from '../../src/config/index.js';
import { failure } from './failure.js';

/** A value without its positions: text, or lists of it. */
type Plain = string | readonly Plain[];

function plain(value: ConfigValue): Plain {
  return value.kind === 'atom' ? value.text : value.items.map(plain);
}

function read(text: string): readonly (readonly [string, Plain])[] {
  return parseSettings(text, 'guest.cfg').map(({ key, value }) => [key, plain(value)]);
}

describe('what the grammar accepts', () => {
  test.each([
    ['', []],
    ['\n;\n;;', []],
    ['# only a comment', []],
    ['name = "a"', [['name', 'a']]],
    ["name='a'", [['name', 'a']]],
    ['memory = 128\n', [['memory', '128']]],
    [
      'a=0x1f;b=017',
      [
        ['a', '0x1f'],
        ['b', '017'],
      ],
    ],
    ['a = 1 # why', [['a', '1']]],
    ['a = "#1" # why\n', [['a', '#1']]],
    [
      'a=1;;b=2\n\nc=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    ['a.b_c9 = 1', [['a.b_c9', '1']]],
    ['\t a \t = \t 1 \t ', [['a', '1']]],
    ['l = []', [['l', []]]],
    ['l = [ "a", \'b\', 3 ]', [['l', ['a', 'b', '3']]]],
    ['l = [ "a", ]', [['l', ['a']]]],
    ['l = [\n\n "a" # first\n , # then\n "b"\n ,\n]', [['l', ['a', 'b']]]],
    ['l = [ [1, [2]], [] ]', [['l', [['1', ['2']], []]]]],
    ['a = ""', [['a', '']]],
    ['a = "it\'s"', [['a', "it's"]]],
  ])('%j', (text, settings) => {
    expect(read(text)).toEqual(settings);
  });

  test('settings keep their order, repeats and operators', () => {
    expect(parseSettings('a=1\na+=2', 'f').map(({ key, op }) => [key, op])).toEqual([
      ['a', '='],
      ['a', '+='],
    ]);
  });

  test.each([
    ['\\n\\t\\r\\a\\b\\f\\v', '\n\t\r\u0007\b\f\v'],
    ['\\"\\\'\\\\', '"\'\\'],
    ['\\x41\\x7e', 'A~'],
    ['\\101\\7\\60', 'A\u00070'],
    ['\\x416', 'A6'],
    ['\\1018', 'A8'],
    ['gr\\xc3\\xbc\\303\\274n', 'grüün'],
    ['ü\\x21', 'ü!'],
  ])('the escapes of "%s"', (written, text) => {
    expect(read(`a = "${written}"`)).toEqual([['a', text]]);
  });
});

describe('what the grammar refuses, and where', () => {
  test.each([
    ['a = 1\nb = "x\nc = 3', '2:5', 'this string is not closed before the end of its line'],
    ['a = "x\\', '1:5', 'this string is not closed before the end of its line'],
    ['= 1', '1:1', 'expected a key, found "="'],
    ['"a" = 1', '1:1', 'expected a key, found the string "a"'],
    ['a 1', '1:3', 'expected "=" or "+=" after "a", found "1"'],
    ['a\n= 1', '1:2', 'expected "=" or "+=" after "a", found the end of the line'],
    ['a =', '1:4', 'expected a value for "a"'],
    ['a = = 1', '1:5', 'expected a value for "a"'],
    ['a = 1 2', '1:7', 'expected the end of the line or ";", found "2"'],
    ['a = 12m', '1:7', 'expected the end of the line or ";", found "m"'],
    ['a = "x" "y"', '1:9', 'expected the end of the line or ";", found the string "y"'],
    ['type = hvm', '1:8', 'expected a value for "type"'],
    ['a = 1\n\n  l = [ 1,\n 2', '3:7', 'this list of "l" is not closed'],
    ['l = [ 1 2 ]', '1:9', 'expected "," or "]" in the list that begins at guest.cfg:1:5'],
    ['l = [ 1\nmemory = 2', '2:1', 'expected "," or "]"'],
    ['l = [ , ]', '1:7', 'expected a value for "l"'],
    ['l = [ 1,, 2 ]', '1:9', 'expected a value for "l"'],
    ['l = [ 1; 2 ]', '1:8', 'expected "," or "]"'],
    ['l = ]', '1:5', 'expected a value for "l"'],
    ['Memory = 1', '1:1', 'unexpected character "M"'],
    ['a = 1 % 2', '1:7', 'unexpected character "%"'],
    ['a = "\\q"', '1:6', '\\q begins no escape'],
    ['a = "12\\x4"', '1:8', '\\x begins no escape'],
    ['a = "\\400"', '1:6', '\\4 begins no escape'],
    ['a = "\\x00"', '1:6', 'a string cannot contain a NUL character'],
    ['a = "b\0c"', '1:7', 'a string cannot contain a NUL character'],
    ['a = "\\xff"', '1:6', 'spell no UTF-8 text'],
    ['a = 1 \u{1f600}', '1:7', 'unexpected character "\u{1f600}"'],
  ])('%j', (text, where, message) => {
    const error = failure(() => read(text));
    expect(error.code).toBe('config-invalid');
    expect(error.where).toBe(`guest.cfg:${where}`);
    expect(error.message).toContain(message);
  });

  test.each([
    ['a = 1 + 2', '1:7'],
    ['name = "x%d" % 5', '1:14'],
    ['l = [ x("y") ]', '1:7'],
    ['a = (1)', '1:5'],
    ['a = -1', '1:5'],
    ['import os', '1:8'],
    ['if x: y = 1', '1:4'],
    ['localtime = True', '1:13'],
  ])('%j looks like Python, and is told so', (text, where) => {
    const error = failure(() => read(text));
    expect(error.where).toBe(`guest.cfg:${where}`);
    expect(error.suggestions.join()).toMatch(/not Python|Put quotes round text/);
  });

  test('a constant of Python is told its number', () => {
    expect(failure(() => read('vnc = False')).suggestions).toContain('Write 0 for false.');
  });

  test('a bare word is told to wear quotes', () => {
    expect(failure(() => read('type = hvm')).suggestions).toEqual([
      'Put quotes round text: "hvm".',
    ]);
  });

  test('Windows line ends are named as such', () => {
    const error = failure(() => read('a = 1\r\nb = 2\r\n'));
    expect(error.where).toBe('guest.cfg:1:6');
    expect(error.message).toContain('CR LF');
  });

  test('lists that nest without end are refused before the stack is', () => {
    const error = failure(() => read(`a = ${'['.repeat(100_000)}`));
    expect(error.message).toBe('lists nest more than 32 deep');
  });
});
