import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { argument } from '../../src/cli/arguments.js';
import { UsageError } from '../../src/cli/failure.js';
import { atomically, StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { changePermissions, permissionsFromWords } from '../../src/cli/store-edit.js';
import { renderJson } from '../../src/render/json.js';
import { formatPermission } from '../../src/xenstore/permissions.js';

export default class StoreChmod extends StoreCommand {
  static override summary = 'Set the permissions of nodes, as xenstore-chmod does.';
  static override description =
    'A permission is n (nothing), r (read), w (write) or b (both) and a domid. The first one names ' +
    'the owner, and its letter is what all domains may that no other names.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> /tool/note n0 r5',
    '<%= config.bin %> <%= command.id %> -r /local/domain/0/data b0',
  ];
  static override args = {
    path: argument('absolute, or relative to /local/domain/0'),
    permission: Args.string({
      description: 'n0, r5, w5 or b5',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...toolFlags,
    recurse: Flags.boolean({ char: 'r', description: 'all that is below too' }),
    upto: Flags.boolean({ char: 'u', description: 'all that is above too, but the root' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreChmod);
    const permissions = permissionsFromWords(args.permission);
    // Where it would end is not said: the original fails, too.
    if (flags.upto && !args.path.startsWith('/')) {
      throw new UsageError('-u needs an absolute path');
    }
    await this.withStore((store) =>
      atomically(store, true, (view) => changePermissions(view, args.path, permissions, flags)),
    );
    if (flags.json) {
      const item = { path: args.path, permissions: permissions.map(formatPermission) };
      this.print(renderJson('StoreChmod', { item }));
    }
  }
}
