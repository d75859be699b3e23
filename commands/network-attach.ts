import { domainArgument, optionalWords } from '../src/cli/arguments.js';
import { deviceWords } from '../src/cli/device-words.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class NetworkAttach extends OperationCommand {
  static override summary = 'Give a running domain a network interface.';
  static override description = 'The domain keeps the interface when it reboots or moves.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web',
    '<%= config.bin %> <%= command.id %> web mac=00:16:3e:01:02:03 bridge=xenbr1 rate=10Mb/s',
  ];
  static override args = {
    domain: domainArgument,
    vif: optionalWords('the interface, in the words of vif= of xl.cfg'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(NetworkAttach);
    const request = {
      domain: args.domain,
      specification: deviceWords(args.vif ?? []),
      cwd: process.cwd(),
      requestedBy: requestedBy(),
    };
    await aboutDomain(
      'network-attach',
      args.domain,
      this.perform((daemon) => daemon.change('network-attach', request), flags),
    );
  }
}
