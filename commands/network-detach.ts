import { argument, domainArgument } from '../src/cli/arguments.js';
import { DetachCommand } from '../src/cli/detach-command.js';

export default class NetworkDetach extends DetachCommand {
  static override summary = 'Take a network interface from a running domain.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web 1',
    '<%= config.bin %> <%= command.id %> web 00:16:3e:01:02:03',
  ];
  static override args = {
    domain: domainArgument,
    device: argument('number or MAC address of the interface'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(NetworkDetach);
    await this.detach('network-detach', args, flags, (device) => `Unknown device ${device}.\n`);
  }
}
