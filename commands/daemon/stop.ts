import { BaseCommand } from '../../src/cli/base-command.js';
import { stopDaemon } from '../../src/client/daemon-control.js';
import { renderJson } from '../../src/render/json.js';

export default class DaemonStop extends BaseCommand {
  static override summary = 'Stop the toolstack daemon. Domains go on.';
  static override description = 'Operations that run are finished first; queued ones are kept.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  override async run(): Promise<void> {
    const { flags } = await this.parse(DaemonStop);
    const stopped = await stopDaemon(this.stateDir);
    const stateDir = this.stateDir.root;
    if (flags.json) this.print(renderJson('DaemonStop', { item: { stopped, stateDir } }));
    else if (stopped) this.print(`stopped the toolstack daemon in ${stateDir}\n`);
    else this.print(`the toolstack daemon does not run in ${stateDir}\n`);
  }
}
