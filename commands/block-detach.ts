import { argument, domainArgument } from '../src/cli/arguments.js';
import { DetachCommand } from '../src/cli/detach-command.js';

export default class BlockDetach extends DetachCommand {
  static override summary = 'Take a disk from a running domain.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web xvdb',
    '<%= config.bin %> <%= command.id %> --force web 51728',
  ];
  static override args = {
    domain: domainArgument,
    device: argument('name or number of the disk in the guest'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(BlockDetach);
    await this.detach(
      'block-detach',
      args,
      flags,
      (device) => `Error: Device ${device} not connected.\n`,
    );
  }
}
