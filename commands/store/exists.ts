import { paths, StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { renderJson } from '../../src/render/json.js';

export default class StoreExists extends StoreCommand {
  static override summary = 'Tell by the exit code whether nodes exist, as xenstore-exists does.';
  static override description = '0 when all of them do, else 1.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> /local/domain/0',
    '<%= config.bin %> <%= command.id %> /local/domain/0 /tool --json',
  ];
  static override args = { path: paths };
  static override flags = toolFlags;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreExists);
    const answers = await this.askAboutEach(args.path, async (view, path) => ({
      path,
      exists: await view.exists(path),
    }));
    this.printAnswers(
      answers,
      (items) => (flags.json ? renderJson('StoreExistence', { items }) : ''),
      flags,
    );
    if (answers.items.some(({ exists }) => !exists)) this.exit(1);
  }
}
