import type { Json, JsonObject } from './json.js';

/** Why something failed: Xen's own words where it has one, ours in lower case where it has none. */
export type ErrorCode =
  | 'EACCES'
  | 'EAGAIN'
  | 'EBUSY'
  | 'EEXIST'
  | 'EINVAL'
  | 'EIO'
  | 'ENOENT'
  | 'ENOEXEC'
  | 'ENOMEM'
  | 'ENOSPC'
  | 'ENOTSUP'
  | 'EPERM'
  | 'ESRCH'
  | 'ETIMEDOUT'
  | 'cancelled'
  | 'config-invalid'
  | 'daemon-unreachable'
  | 'host-lost'
  | 'internal'
  | 'no-such-domain';

export interface ErrorDetails {
  /** Where it happened: `file:line:column`, a store path, `domain NAME, step STEP`. */
  readonly where?: string;
  /** What the reader can do about it, each a full sentence. */
  readonly suggestions?: readonly string[];
  readonly cause?: unknown;
}

/** An error as it crosses a socket, lies in the journal and is printed by `--json`. */
export interface ErrorJson extends JsonObject {
  readonly code: ErrorCode;
  readonly message: string;
  readonly where?: string;
  readonly suggestions?: readonly string[];
}

/** The one error class of the toolstack: says what, where and what to do. */
export class ToolstackError extends Error {
  override readonly name = 'ToolstackError';
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly suggestions: readonly string[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
    this.suggestions = details.suggestions ?? [];
  }

  toJSON(): ErrorJson {
    return {
      code: this.code,
      message: this.message,
      ...(this.where === undefined ? {} : { where: this.where }),
      ...(this.suggestions.length === 0 ? {} : { suggestions: this.suggestions }),
    };
  }
}

/** What a thrown thing says of itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Any thrown thing as a ToolstackError; what is not one already is a fault of ours: `internal`. */
export function toToolstackError(thrown: unknown): ToolstackError {
  if (thrown instanceof ToolstackError) return thrown;
  const message = messageOf(thrown);
  const code = errorCodeOf(thrown) ?? 'internal';
  return new ToolstackError(code, message, { cause: thrown });
}

/** Revives an error that came over a socket or out of the journal. */
export function errorFromJson(json: ErrorJson): ToolstackError {
  return new ToolstackError(json.code, json.message, {
    ...(json.where === undefined ? {} : { where: json.where }),
    suggestions: json.suggestions ?? [],
  });
}

const posixCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'EACCES',
  'EAGAIN',
  'EBUSY',
  'EEXIST',
  'EINVAL',
  'EIO',
  'ENOENT',
  'ENOEXEC',
  'ENOMEM',
  'ENOSPC',
  'ENOTSUP',
  'EPERM',
  'ESRCH',
  'ETIMEDOUT',
]);

/** The POSIX code that Node and our XenStore client put on their errors, where we know it. */
function errorCodeOf(thrown: unknown): ErrorCode | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  const code: unknown = thrown.code;
  return typeof code === 'string' && posixCodes.has(code) ? (code as ErrorCode) : undefined;
}

/** Whether a value read from a socket or a journal has the shape of an {@link ErrorJson}. */
export function isErrorJson(value: Json | undefined): value is ErrorJson {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
