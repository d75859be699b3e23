import { domainArguments } from '../src/cli/arguments.js';
import { DeviceListCommand } from '../src/cli/device-list-command.js';
import { BLOCK_LIST_HEADER, renderDisks } from '../src/render/xl/devices.js';

export default class BlockList extends DeviceListCommand {
  static override summary = 'List the disks of domains, in the columns of xl.';
  static override description = 'A number that the guest has not written is shown as -1.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArguments,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(BlockList);
    await this.listDevices(args.domain, flags, {
      kind: 'DiskList',
      header: BLOCK_LIST_HEADER,
      ask: async (daemon, domain) => (await daemon.ask('block-list', { domain })).disks,
      render: renderDisks,
    });
  }
}
