import * as Flags from '@oclif/core/flags';
import { paths, StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { inWords } from '../../src/cli/store-failure.js';
import { escapeText } from '../../src/render/escape.js';
import { renderJson } from '../../src/render/json.js';

export default class StoreList extends StoreCommand {
  static override summary = 'Print the names of the children of nodes, as xenstore-list does.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> /local/domain',
    '<%= config.bin %> <%= command.id %> -p /tool /local',
  ];
  static override args = { path: paths };
  static override flags = {
    ...toolFlags,
    prefix: Flags.boolean({ char: 'p', description: 'the path of the node before each name' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreList);
    const answers = await this.askAboutEach(args.path, async (view, path) => ({
      path,
      children: await inWords(`could not list path ${path}`, view.list(path)),
    }));
    this.printAnswers(
      answers,
      (items) =>
        flags.json
          ? renderJson('StoreListing', { items })
          : items
              .flatMap(({ path, children }) =>
                children.map((name) => `${flags.prefix ? `${path}/` : ''}${escapeText(name)}\n`),
              )
              .join(''),
      flags,
    );
  }
}
