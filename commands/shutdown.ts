import { countWaits, StopCommand } from '../src/cli/stop-command.js';

export default class Shutdown extends StopCommand {
  static override summary = 'Ask a domain to power off.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web',
    '<%= config.bin %> <%= command.id %> -aw',
  ];
  static override args = StopCommand.args;
  static override flags = StopCommand.flags;

  override async run(): Promise<void> {
    const { args, flags, raw } = await this.parse(Shutdown);
    await this.stopDomains('shutdown', args.domain, { ...flags, waits: countWaits(raw) });
  }
}
