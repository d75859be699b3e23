import { MemoryCommand } from '../src/cli/memory-command.js';

export default class MemMax extends MemoryCommand {
  static override summary = 'Change the most memory that a domain may have.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web 512',
    '<%= config.bin %> <%= command.id %> web 2g',
  ];
  static override args = MemoryCommand.args;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(MemMax);
    await this.setMemory({ change: 'mem-max', memory: 'static max' }, args, flags);
  }
}
