import { ToolstackError } from '../model/index.js';

/** A place in a config: lines and columns count from 1, columns in UTF-16 units. */
export interface Position {
  /** The file's name as the user gave it, or `command line`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something that was noticed and does not stop the domain from being made. */
export interface ConfigWarning {
  readonly message: string;
  /** `file:line:column` */
  readonly where: string;
}

/** `file:line:column` */
export function formatPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** The error of this room: `config-invalid`, pointing at `at`. Each suggestion is a sentence. */
export function configError(
  at: Position,
  message: string,
  ...suggestions: readonly string[]
): ToolstackError {
  return new ToolstackError('config-invalid', message, { where: formatPosition(at), suggestions });
}
