import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { getSystemErrorMap } from 'node:util';
import { ToolstackError, toToolstackError } from '../model/index.js';
import { UsageError, WordedFailure } from './failure.js';

/** What `-` stands for, in messages too. */
const STDIN = '/dev/stdin';

/**
 * What a command line says of a config: words with a `=` are settings, the one without is the file,
 * wherever they stand; `-f` wins, as in xl.
 * @throws UsageError
 */
export function readConfigWords(
  words: readonly string[],
  defconfig: string | undefined,
): { readonly file: string | undefined; readonly overrides: readonly string[] } {
  const [named, stray] = words.filter((word) => !word.includes('='));
  if (stray !== undefined) throw new UsageError(`"${stray}" is no key=value setting`);
  const file = defconfig ?? named;
  return {
    file: file === '-' ? STDIN : file,
    overrides: words.filter((word) => word.includes('=')),
  };
}

/** The text of a config file. @throws WordedFailure in xl's words */
export async function readConfigFile(file: string): Promise<string> {
  try {
    // Not by its path, which cannot be opened where standard input is a socket.
    if (file === STDIN) return await text(process.stdin);
    return await readFile(file, 'utf8');
  } catch (thrown) {
    const { code } = toToolstackError(thrown);
    const message = `Failed to read config file: ${file}: ${systemMessage(thrown)}`;
    const suggestions = ['Give the path of an xl.cfg file that you may read.'];
    const error = new ToolstackError(code, message, { suggestions, cause: thrown });
    throw new WordedFailure(`${message}\n`, error);
  }
}

/** As strerror of C has it: `No such file or directory`. */
function systemMessage(thrown: unknown): string {
  const number = thrown instanceof Error && 'errno' in thrown ? Number(thrown.errno) : Number.NaN;
  const known = getSystemErrorMap().get(number)?.[1] ?? toToolstackError(thrown).message;
  return known.charAt(0).toUpperCase() + known.slice(1);
}
