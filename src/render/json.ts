import { API_VERSION, type ToolstackError } from '../model/index.js';

interface Content {
  readonly items?: readonly unknown[];
  readonly item?: unknown;
  /** What was noticed on the way; left out when it is nothing. */
  readonly warnings?: readonly string[];
}

/**
 * The one shape of what `--json` prints: `{apiVersion, kind, items | item, warnings?}`, with a
 * line feed at its end.
 */
export function renderJson(kind: string, { items, item, warnings = [] }: Content): string {
  return print({
    apiVersion: API_VERSION,
    kind,
    items,
    item,
    warnings: warnings.length === 0 ? undefined : warnings,
  });
}

/** An error as `--json` prints it: `{apiVersion, kind: 'Error', error}`. */
export function renderJsonError(error: ToolstackError): string {
  return print({ apiVersion: API_VERSION, kind: 'Error', error: error.toJSON() });
}

function print(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
