import * as Args from '@oclif/core/args';

// oclif would read a missing argument from standard input, and so eat what a script's loop reads.
const ignoreStdin = true;

const DOMAIN = 'name, domid, UUID or the beginning of one';

/** The domain that a command is about. */
export const domainArgument = Args.string({ description: DOMAIN, required: true, ignoreStdin });

/** The domain that a command is about, or all of them. */
export const optionalDomain = Args.string({ description: DOMAIN, ignoreStdin });

/** The domains that a command is about, at least one. */
export const domainArguments = Args.string({
  description: DOMAIN,
  required: true,
  multiple: true,
  ignoreStdin,
});

/** The domains that a command is about; none for all of them. */
export const optionalDomains = Args.string({ description: DOMAIN, multiple: true, ignoreStdin });

/** One word that has to be there. */
export function argument(description: string) {
  return Args.string({ description, required: true, ignoreStdin });
}

/** One word that may be left out. */
export function optionalArgument(description: string) {
  return Args.string({ description, ignoreStdin });
}

/** One word or several. */
export function wordsArgument(description: string) {
  return Args.string({ description, required: true, multiple: true, ignoreStdin });
}

/** As many words as there are, or none. */
export function optionalWords(description: string) {
  return Args.string({ description, multiple: true, ignoreStdin });
}
