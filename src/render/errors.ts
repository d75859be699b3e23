import type { ErrorCode, ToolstackError } from '../model/index.js';
import { type Palette, PLAIN } from './colour.js';
import { escapeText } from './escape.js';

export const EXIT_FAILURE = 1;
/** Bad options or arguments. */
export const EXIT_USAGE = 2;
/** What xl gives for a create or a restore that failed: libxl's ERROR_FAIL. */
export const EXIT_CREATE_FAILED = 3;
/** What xl gives for a create without a config: libxl's ERROR_INVAL. */
export const EXIT_NO_CONFIG = 6;
/** What xl gives for a config-update whose file cannot be read: ERROR_FAIL as it is. */
export const EXIT_UNREADABLE_CONFIG = 253;
/** Ended by Ctrl-C: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;

/** `domovoi: what`, then where it was and what can be done about it. */
export function renderError(error: ToolstackError, palette: Palette = PLAIN): string {
  return [
    `${palette.bad('domovoi:')} ${escapeText(error.message)}`,
    ...(error.where === undefined ? [] : [`  at ${escapeText(error.where)}`]),
    ...error.suggestions.map((suggestion) => `  ${palette.faint('-')} ${escapeText(suggestion)}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The exit code that xl would give for the failure of `command`. */
export function exitCodeOf(command: string, code: ErrorCode): number {
  // xl gives up a config that it does not understand itself, before libxl has a code for it.
  if (code === 'config-invalid') return EXIT_FAILURE;
  return command === 'create' || command === 'restore' ? EXIT_CREATE_FAILED : EXIT_FAILURE;
}

/** xl's words, where it has its own, for a domain that is not there. */
export function unknownDomainMessage(command: string, reference: string): string {
  const shown = escapeText(reference);
  const isNumber = /^\d+$/.test(reference);
  switch (command) {
    case 'list':
      if (isNumber) return `Error: Domain '${shown}' does not exist.\n`;
      break;
    case 'domid':
      return `Can't get domid of domain name '${shown}', maybe this domain does not exist.\n`;
    case 'block-attach':
      return `${shown} is an invalid domain identifier\n`;
    case 'domname':
      if (!isNumber) return 'Invalid domain id.\n\n';
      return `Can't get domain name of domain id '${shown}', maybe this domain does not exist.\n`;
  }
  return `${shown} is an invalid domain identifier (rc=-6)\n`;
}
