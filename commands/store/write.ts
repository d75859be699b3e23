import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { UsageError } from '../../src/cli/failure.js';
import { atomically, StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { inWords } from '../../src/cli/store-failure.js';
import { renderJson } from '../../src/render/json.js';
import { unescapeValue } from '../../src/render/store-value.js';

export default class StoreWrite extends StoreCommand {
  static override summary = 'Write values into the store, as xenstore-write does.';
  static override description =
    'Pairs of a path and a value; several are written in one transaction. \\t, \\n, \\001, \\xff ' +
    'stand for bytes, \\\\ for a backslash.';
  static override usage = '<%= command.id %> PATH VALUE [PATH VALUE]... [--json] [-h] [-s] [-R]';
  static override examples = [
    '<%= config.bin %> <%= command.id %> /tool/note "two\\nlines"',
    '<%= config.bin %> <%= command.id %> -R /tool/note "C:\\new" /tool/other ""',
  ];
  static override args = {
    path: Args.string({
      description: 'a path and its value, a path and its value…',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...toolFlags,
    raw: Flags.boolean({ char: 'R', description: 'the value as it is: a backslash is one' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreWrite);
    const nodes = pairsOf(args.path).map(([path, value]) => ({
      path,
      value: flags.raw ? Buffer.from(whole(value, path)) : unescapeValue(whole(value, path)),
    }));
    await this.withStore((store) =>
      atomically(store, nodes.length > 1, async (view) => {
        for (const { path, value } of nodes) {
          await inWords(`could not write path ${path}`, view.write(path, value));
        }
      }),
    );
    const written = nodes.map(({ path }) => path);
    if (flags.json) this.print(renderJson('StoreWrite', { item: { written } }));
  }
}

function pairsOf(words: readonly string[]): [path: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < words.length; index += 2) {
    const [path = '', value] = words.slice(index, index + 2);
    if (value === undefined) throw new UsageError(`missing the value for ${path}`);
    pairs.push([path, value]);
  }
  return pairs;
}

/** Node gives U+FFFD for what is not UTF-8 in an argument: what it was is lost. */
function whole(value: string, path: string): string {
  if (!value.includes('\ufffd')) return value;
  throw new UsageError(
    `the value for ${path} has bytes that are not UTF-8: write them as \\xHH, without -R`,
  );
}
