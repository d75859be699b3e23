import { describe, expect, test } from 'vitest';
import { readListCommandLine } from '../../src/cli/list.js';
import { unknownCommand, unknownCommandError } from '../../src/cli/unknown-command.js';

const KNOWN = {
  ids: ['create', 'list', 'machine:start', 'machine:stop'],
  topics: ['machine'],
};

describe('a command', () => {
  test.each([
    [[], undefined],
    [['list', 'machine'], undefined],
    [['--help'], undefined],
    [['machine'], undefined],
    [['machine', 'start', '--json'], undefined],
    [['machine', '--help'], undefined],
    [['lst'], 'lst'],
    [['lst', '--json'], 'lst'],
    [['machine', 'strat'], 'machine strat'],
  ])('line %j has the unknown command %j', (argv, name) => {
    expect(unknownCommand(argv, KNOWN)).toBe(name);
  });

  test('that is unknown is answered in the words of xl, with the nearest one', async () => {
    const error = await unknownCommandError('machine strat', KNOWN);
    expect(error.message).toBe('command not implemented: machine strat');
    expect(error.suggestions[0]).toBe('Did you mean `domovoi machine start`?');
  });

  test('that is like none is not taken for another', async () => {
    const error = await unknownCommandError('version', KNOWN);
    expect(error.suggestions).toEqual(['See `domovoi --help` for all commands.']);
  });
});

describe('the short way of list', () => {
  test.each([
    [['list'], {}],
    [['list', 'web', '-lv'], { domain: 'web', long: true, verbose: true }],
    [['list', '--json', '--', '-web'], { json: true, domain: '-web' }],
  ])('reads %j', (argv, options) => {
    expect(readListCommandLine(argv)).toEqual(options);
  });

  test.each([[['list', '--help']], [['list', '-x']], [['list', 'a', 'b']], [['create']], [[]]])(
    'leaves %j to the long way',
    (argv) => {
      expect(readListCommandLine(argv)).toBeUndefined();
    },
  );
});
