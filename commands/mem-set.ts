import { MemoryCommand } from '../src/cli/memory-command.js';

export default class MemSet extends MemoryCommand {
  static override summary = 'Have a domain grow or shrink to a size.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web 512',
    '<%= config.bin %> <%= command.id %> web 2g',
  ];
  static override args = MemoryCommand.args;

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(MemSet);
    await this.setMemory({ change: 'mem-set', memory: 'dynamic max' }, args, flags);
  }
}
