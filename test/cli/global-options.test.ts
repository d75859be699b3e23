import { expect, test } from 'vitest';
import { readGlobalOptions } from '../../src/cli/global-options.js';

test.each([
  [['list', '-v'], { dryRun: false, verbose: false }, ['list', '-v']],
  [['-N', 'create', 'a.cfg'], { dryRun: true, verbose: false }, ['create', 'a.cfg']],
  [['-vfNtT', 'create'], { dryRun: true, verbose: true }, ['create']],
  [['-v', '-v', 'pause', '-N'], { dryRun: false, verbose: true }, ['pause', '-N']],
  // Neither a cluster of ours nor a command: for oclif, or nobody.
  [['--help'], { dryRun: false, verbose: false }, ['--help']],
  [['-vQ', 'list'], { dryRun: false, verbose: false }, ['-vQ', 'list']],
  [['-v'], { dryRun: false, verbose: true }, []],
  [[], { dryRun: false, verbose: false }, []],
])('%j', (argv, options, words) => {
  expect(readGlobalOptions(argv)).toEqual({ options, words });
});
