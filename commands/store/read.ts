import * as Flags from '@oclif/core/flags';
import { paths, StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { inWords } from '../../src/cli/store-failure.js';
import { renderJson } from '../../src/render/json.js';
import { jsonValue } from '../../src/render/store-json.js';
import { escapeValue } from '../../src/render/store-value.js';

interface Answer {
  readonly path: string;
  readonly value: Buffer;
}

export default class StoreRead extends StoreCommand {
  static override summary = 'Print values of the store, as xenstore-read does.';
  static override description =
    'Several are read in one transaction. Bytes that do not print are escaped: \\t, \\n, \\001, \\xff.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> /local/domain/0/name',
    '<%= config.bin %> <%= command.id %> -p name domid',
  ];
  static override args = { path: paths };
  static override flags = {
    ...toolFlags,
    prefix: Flags.boolean({ char: 'p', description: 'the path before each value' }),
    raw: Flags.boolean({ char: 'R', description: 'the bytes alone: no escapes, no line feed' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreRead);
    const answers = await this.askAboutEach(args.path, async (view, path) => ({
      path,
      value: await inWords(`couldn't read path ${path}`, view.read(path)),
    }));
    this.printAnswers(answers, (items) => render(items, flags), flags);
  }
}

function render(
  items: readonly Answer[],
  { json, prefix, raw }: { json: boolean; prefix: boolean; raw: boolean },
): string | Buffer {
  if (json) {
    const values = items.map(({ path, value }) => ({ path, ...jsonValue(value) }));
    return renderJson('StoreValueList', { items: values });
  }
  return Buffer.concat(
    items.flatMap(({ path, value }) => [
      Buffer.from(prefix ? `${path}: ` : ''),
      raw ? value : Buffer.from(`${escapeValue(value)}\n`),
    ]),
  );
}
