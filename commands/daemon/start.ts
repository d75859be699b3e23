import { BaseCommand } from '../../src/cli/base-command.js';
import { ensureRunning } from '../../src/client/ensure.js';
import { renderJson } from '../../src/render/json.js';

export default class DaemonStart extends BaseCommand {
  static override summary =
    'Start the toolstack daemon, and the machine it needs, unless they run.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  override async run(): Promise<void> {
    const { flags } = await this.parse(DaemonStart);
    const { started } = await ensureRunning(this.stateDir, { stderr: process.stderr });
    const item = { started: started.includes('daemon'), stateDir: this.stateDir.root };
    if (flags.json) this.print(renderJson('DaemonStart', { item }));
    else if (!item.started) this.print(`the toolstack daemon already runs in ${item.stateDir}\n`);
  }
}
