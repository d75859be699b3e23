import { describe, expect, test } from 'vitest';
import { FailureWithExitCode, UsageError } from '../../src/cli/failure.js';
import { type CommandShape, plainWords, usageLine, withUsage } from '../../src/cli/usage.js';

const PIN: CommandShape = {
  id: 'store:pin',
  args: {
    domain: { name: 'domain', required: true },
    vcpus: { name: 'vcpus', required: true, multiple: true },
    soft: { name: 'soft' },
  },
  flags: { json: { name: 'json' }, for: { name: 'for', required: true } },
};

test('a command is written with what it needs, and with what it takes', () => {
  expect(usageLine(PIN)).toBe('domovoi store pin DOMAIN VCPUS... [SOFT] --for … [FLAGS]');
  const usage = '<%= command.id %> [FILE] [KEY=VALUE]...';
  expect(usageLine({ ...PIN, usage })).toBe('domovoi store pin [FILE] [KEY=VALUE]...');
});

describe('a mistake in a command line', () => {
  test('comes with the usage, and with an exit code that it has already', () => {
    const told = withUsage(new UsageError('no'), PIN);
    expect(told).toMatchObject({ message: 'no', usage: usageLine(PIN) });
    const failure = new FailureWithExitCode(1, new UsageError('no'));
    expect(withUsage(failure, PIN)).toMatchObject({ exitCode: 1, cause: told });
  });

  test('is not what happened to a domain', () => {
    const error = new Error('it is gone');
    expect(withUsage(error, PIN)).toBe(error);
  });

  test.each([
    ['Nonexistent flag: -Q\nSee more help with --help', 'option -Q not supported'],
    ['Unexpected arguments: x, y\nSee more help with --help', 'unexpected arguments: x, y'],
    ['The following error occurred:\n  Missing required flag for', '--for is missing'],
    [
      'Parsing --delay \n\tExpected an integer but received: x',
      '--delay: expected an integer but received: x',
    ],
    ['Flag --delay expects a value', '--delay needs a value'],
  ])('%j is said in one sentence', (theirs, ours) => {
    expect(plainWords(new Error(theirs))).toBe(ours);
  });
});
