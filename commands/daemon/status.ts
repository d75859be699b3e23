import { BaseCommand } from '../../src/cli/base-command.js';
import { daemonStatus } from '../../src/client/daemon-control.js';
import { renderJson } from '../../src/render/json.js';
import { renderDaemonStatus } from '../../src/render/status.js';

export default class DaemonStatusCommand extends BaseCommand {
  static override summary = 'Say whether the toolstack daemon runs. Exit code 1 when it does not.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  override async run(): Promise<void> {
    const { flags } = await this.parse(DaemonStatusCommand);
    const status = await daemonStatus(this.stateDir);
    const stateDir = this.stateDir.root;
    const item = { running: status !== undefined, stateDir, ...status };
    if (flags.json) this.print(renderJson('DaemonStatus', { item }));
    else this.print(renderDaemonStatus(status, stateDir));
    if (status === undefined) this.exit(1);
  }
}
