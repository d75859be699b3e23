import { ToolstackError } from '../model/index.js';
import { type Atom, type ConfigValue, parseSettings, type Setting } from './grammar.js';
import { configError } from './position.js';

/** What a file and the command line say in the end: the last setting of each key, sums added up. */
export type Settings = ReadonlyMap<string, Setting>;

/** The file name in positions of settings that were given as arguments. */
export const COMMAND_LINE = 'command line';

/**
 * Later settings replace earlier ones; `+=` appends to what is there, list to list and text to
 * text, and is a plain `=` where nothing is.
 *
 * @throws ToolstackError config-invalid where `+=` mixes a list and a single value
 */
export function mergeSettings(settings: Iterable<Setting>): Settings {
  const merged = new Map<string, Setting>();
  for (const setting of settings) {
    const earlier = merged.get(setting.key);
    const value =
      setting.op === '+=' && earlier !== undefined
        ? concatenate(setting.key, earlier.value, setting.value)
        : setting.value;
    merged.set(setting.key, { ...setting, value });
  }
  return merged;
}

/**
 * Reads `key=value` arguments, the nth as line n of `command line`. As in xl they are xl.cfg text;
 * beyond xl, what follows the `=` may be bare text, so that `kernel=/boot/vmlinuz` needs no second
 * pair of quotes for the shell to take away.
 *
 * @throws ToolstackError config-invalid
 */
export function parseOverrides(overrides: readonly string[]): Setting[] {
  return overrides.flatMap((text, index) => parseOverride(text, index + 1));
}

function parseOverride(text: string, line: number): Setting[] {
  try {
    return parseSettings(text, COMMAND_LINE, line);
  } catch (thrown) {
    const bare = thrown instanceof ToolstackError ? bareSetting(text, line) : undefined;
    if (bare === undefined) throw thrown;
    return [bare];
  }
}

/** Undefined where the argument has no key, or where its quote or bracket shows what was meant. */
function bareSetting(text: string, line: number): Setting | undefined {
  const match = /^([ \t]*)([a-z][._0-9a-z]*)([ \t]*)(\+?=)([ \t]*)([^'"[\s][^\n\0]*)$/.exec(text);
  if (match === null) return undefined;
  const [, indent = '', key = '', gap = '', op = '=', space = '', value = ''] = match;
  const start = indent.length + key.length + gap.length + op.length + space.length;
  const at = (offset: number) => ({ file: COMMAND_LINE, line, column: offset + 1 });
  return {
    key,
    at: at(indent.length),
    op: op === '+=' ? '+=' : '=',
    value: { kind: 'atom', text: value, at: at(start), lead: 0 },
  };
}

function concatenate(key: string, earlier: ConfigValue, later: ConfigValue): ConfigValue {
  if (earlier.kind === 'list' && later.kind === 'list') {
    return { ...later, items: [...earlier.items, ...later.items] };
  }
  if (earlier.kind === 'atom' && later.kind === 'atom') return joinAtoms(earlier, later);
  const kinds = { atom: 'a single value', list: 'a list' };
  throw configError(
    later.at,
    `"${key}" is ${kinds[earlier.kind]} so far, and ${kinds[later.kind]} cannot be added to it`,
    'Use "=" to replace what was there.',
  );
}

/** Its characters lie in two places, so positions inside it fall back to where the addition is. */
function joinAtoms(earlier: Atom, later: Atom): Atom {
  return { ...later, text: earlier.text + later.text, lead: undefined };
}
