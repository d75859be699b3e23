import * as Flags from '@oclif/core/flags';
import { paths, StoreCommand, toolFlags } from '../../src/cli/store-command.js';
import { watchPaths } from '../../src/cli/store-watch.js';
import { escapeText } from '../../src/render/escape.js';
import { renderJson } from '../../src/render/json.js';

export default class StoreWatch extends StoreCommand {
  static override summary = 'Print the paths of what changes, as xenstore-watch does.';
  static override description =
    'Watches nodes and all below them; @introduceDomain and @releaseDomain tell of domains that ' +
    'come and go. The first event of each path comes at once.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> -n 1 /tool',
    '<%= config.bin %> <%= command.id %> -n 2 /local/domain @releaseDomain',
  ];
  static override args = { path: paths };
  static override flags = {
    ...toolFlags,
    number: Flags.integer({
      char: 'n',
      description: 'end after so many events; for ever when it is -1',
      helpValue: 'N',
      min: -1,
      default: -1,
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(StoreWatch);
    const events = await watchPaths(await this.connect(), args.path);
    // Whoever read our output has seen enough.
    process.stdout.once('error', () => events.push(null));
    if (flags.number === 0) events.destroy();
    else await show(events, flags);
  }
}

async function show(
  events: AsyncIterable<string>,
  { number, json }: { readonly number: number; readonly json: boolean },
): Promise<void> {
  let shown = 0;
  for await (const path of events) {
    process.stdout.write(
      json ? renderJson('StoreEvent', { item: { path } }) : `${escapeText(path)}\n`,
    );
    shown += 1;
    if (shown === number) return;
  }
}
