import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { walk } from '../../src/cli/store-walk.js';
import { renderJson } from '../../src/render/json.js';
import { jsonValue } from '../../src/render/store-json.js';
import { renderStoreRow, type StoreRow } from '../../src/render/store-tree.js';
import type { XenStoreClient } from '../../src/xenstore/client.js';

/** Characters that are gathered before they are written. */
const CHUNK = 64 * 1024;

export default class StoreLs extends StoreCommand {
  static override summary = 'Print all nodes below a path and their values, as xenstore-ls does.';
  static override description =
    'Lines are as wide as the terminal, or 80 columns; with -f off a terminal they have no limit.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -fp /local/domain/0',
    '<%= config.bin %> <%= command.id %> /tool --json',
  ];
  static override args = {
    path: Args.string({
      description: 'absolute, or relative to /local/domain/0',
      default: ['/'],
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...toolFlags,
    flat: Flags.boolean({ char: 'f', description: 'full paths instead of an indented tree' }),
    prefix: Flags.boolean({ char: 'p', description: 'permissions too: (n0,r5)' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreLs);
    await this.withStore(async (store) => {
      const rows = walkAll(store, args.path, flags.prefix || flags.json);
      if (flags.json) await this.#printJson(rows);
      else await this.#printLines(rows, flags);
    });
  }

  async #printLines(
    rows: AsyncIterable<StoreRow>,
    { flat, prefix }: { readonly flat: boolean; readonly prefix: boolean },
  ): Promise<void> {
    const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
    const manner = { flat, showPermissions: prefix, columns };
    let lines = '';
    try {
      for await (const row of rows) {
        lines += renderStoreRow(row, manner);
        if (lines.length < CHUNK) continue;
        this.print(lines);
        lines = '';
      }
    } finally {
      this.print(lines);
    }
  }

  async #printJson(rows: AsyncIterable<StoreRow>): Promise<void> {
    const items = [];
    for await (const { path, value, permissions } of rows) {
      items.push({ path, ...(value === undefined ? {} : jsonValue(value)), permissions });
    }
    this.print(renderJson('StoreNodeList', { items }));
  }
}

async function* walkAll(
  store: XenStoreClient,
  paths: readonly string[],
  permissions: boolean,
): AsyncGenerator<StoreRow> {
  for (const path of paths) yield* walk(store, path, { permissions });
}
