import { BaseCommand } from '../../src/cli/base-command.js';
import { stopMachine } from '../../src/client/machine-control.js';
import { renderJson } from '../../src/render/json.js';

export default class MachineStop extends BaseCommand {
  static override summary = 'Stop the embedded machine, as by pulling its plug.';
  static override description = 'All domains in it end at once. Its store is kept.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  override async run(): Promise<void> {
    const { flags } = await this.parse(MachineStop);
    const stopped = await stopMachine(this.stateDir);
    const stateDir = this.stateDir.root;
    if (flags.json) this.print(renderJson('MachineStop', { item: { stopped, stateDir } }));
    else if (stopped) this.print(`stopped the embedded machine in ${stateDir}\n`);
    else this.print(`the embedded machine does not run in ${stateDir}\n`);
  }
}
