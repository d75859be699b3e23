import { BaseCommand } from '../../src/cli/base-command.js';
import { machineStatus } from '../../src/client/machine-control.js';
import { renderJson } from '../../src/render/json.js';
import { renderMachineStatus } from '../../src/render/status.js';

export default class MachineStatusCommand extends BaseCommand {
  static override summary = 'Say whether the embedded machine runs. Exit code 1 when it does not.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  override async run(): Promise<void> {
    const { flags } = await this.parse(MachineStatusCommand);
    const status = await machineStatus(this.stateDir);
    const stateDir = this.stateDir.root;
    const item = { running: status !== undefined, stateDir, ...status };
    if (flags.json) this.print(renderJson('MachineStatus', { item }));
    else this.print(renderMachineStatus(status, stateDir));
    if (status === undefined) this.exit(1);
  }
}
