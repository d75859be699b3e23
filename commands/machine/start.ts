import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../src/cli/base-command.js';
import { ensureRunning } from '../../src/client/ensure.js';
import { renderJson } from '../../src/render/json.js';

export default class MachineStart extends BaseCommand {
  static override summary = 'Start the embedded machine, unless it runs.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --memory 8192 --cpus 8',
  ];
  static override flags = {
    memory: Flags.integer({ description: 'memory of the host', helpValue: 'MIB', min: 1 }),
    cpus: Flags.integer({ description: 'processors of the host', helpValue: 'N', min: 1 }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(MachineStart);
    const size = {
      ...(flags.memory === undefined ? {} : { memoryMib: flags.memory }),
      ...(flags.cpus === undefined ? {} : { cpus: flags.cpus }),
    };
    const options = { stderr: process.stderr, size };
    const { started } = await ensureRunning(this.stateDir, options, ['machine']);
    const item = { started: started.includes('machine'), stateDir: this.stateDir.root };
    if (flags.json) this.print(renderJson('MachineStart', { item }));
    else if (!item.started) this.print(`the embedded machine already runs in ${item.stateDir}\n`);
  }
}
