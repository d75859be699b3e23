import * as Flags from '@oclif/core/flags';
import { atomically, paths, StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { remove, removeTidily } from '../../src/cli/store-edit.js';
import { renderJson } from '../../src/render/json.js';

export default class StoreRm extends StoreCommand {
  static override summary = 'Remove nodes and all below them, as xenstore-rm does.';
  static override description = 'In one transaction: all of them or none.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> /tool/note',
    '<%= config.bin %> <%= command.id %> -t /tool/notes/mine',
  ];
  static override args = { path: paths };
  static override flags = {
    ...toolFlags,
    tidy: Flags.boolean({
      char: 't',
      description: 'nodes above too, as far as they are left with no value and no children',
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreRm);
    const removeOne = flags.tidy ? removeTidily : remove;
    await this.withStore((store) =>
      atomically(store, true, async (view) => {
        for (const path of args.path) await removeOne(view, path);
      }),
    );
    if (flags.json) this.print(renderJson('StoreRemove', { item: { removed: args.path } }));
  }
}
