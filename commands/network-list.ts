import { domainArguments } from '../src/cli/arguments.js';
import { DeviceListCommand } from '../src/cli/device-list-command.js';
import { NETWORK_LIST_HEADER, renderInterfaces } from '../src/render/xl/devices.js';

export default class NetworkList extends DeviceListCommand {
  static override summary = 'List the network interfaces of domains, in the columns of xl.';
  static override description = 'A number that the guest has not written is shown as -1.';
  static override examples = ['<%= config.bin %> <%= command.id %> web'];
  static override args = {
    domain: domainArguments,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(NetworkList);
    await this.listDevices(args.domain, flags, {
      kind: 'InterfaceList',
      header: NETWORK_LIST_HEADER,
      ask: async (daemon, domain) => (await daemon.ask('network-list', { domain })).vifs,
      render: renderInterfaces,
    });
  }
}
