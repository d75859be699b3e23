import { BaseCommand } from '../../src/cli/base-command.js';
import { renderJson } from '../../src/render/json.js';
import { renderExports } from '../../src/render/shell.js';

export default class MachineEnv extends BaseCommand {
  static override summary = 'Print shell commands that point the xenstore-* tools at our store.';
  static override description = 'Starts nothing.';
  static override examples = [
    {
      description: 'Look at the store with the tools of Xen:',
      command: 'eval "$(<%= config.bin %> <%= command.id %>)"; xenstore-ls -fp',
    },
  ];

  override async run(): Promise<void> {
    const { flags } = await this.parse(MachineEnv);
    const item = {
      XENSTORED_PATH: this.stateDir.storeSocket,
      XENSTORED_RUNDIR: this.stateDir.storeDir,
    };
    this.print(flags.json ? renderJson('MachineEnvironment', { item }) : renderExports(item));
  }
}
