import * as Args from '@oclif/core/args';

// oclif would read a missing argument from standard input, and so eat what a script's loop reads.
const ignoreStdin = true;

const DOMAIN = 'name, domid, UUID or the beginning of one';

/** The domain that a command is about. */
export const domainArgument = Args.string({ description: DOMAIN, required: true, ignoreStdin });

/** The domain that a command is about, or all of them. */
export const optionalDomain = Args.string({ description: DOMAIN, ignoreStdin });

export function argument(description: string) {
  return Args.string({ description, required: true, ignoreStdin });
}

export function optionalArgument(description: string) {
  return Args.string({ description, ignoreStdin });
}

/** Several domains, for a command that is not `strict`; `argv` of what oclif has parsed. */
export function severalDomains(argv: readonly unknown[]): string[] {
  return argv.map(String);
}
