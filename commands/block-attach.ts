import { domainArgument, wordsArgument } from '../src/cli/arguments.js';
import { deviceWords } from '../src/cli/device-words.js';
import { aboutDomain } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class BlockAttach extends OperationCommand {
  static override summary = 'Give a running domain a disk.';
  static override description = 'The domain keeps the disk when it reboots or moves.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web /dev/vg/data,raw,xvdb,rw',
    '<%= config.bin %> <%= command.id %> web format=qcow2 vdev=xvdc access=ro target=/srv/c.qcow2',
  ];
  static override args = {
    domain: domainArgument,
    disk: wordsArgument('the disk, in the words of disk= of xl.cfg'),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(BlockAttach);
    const request = {
      domain: args.domain,
      specification: deviceWords(args.disk),
      cwd: process.cwd(),
      requestedBy: requestedBy(),
    };
    await aboutDomain(
      'block-attach',
      args.domain,
      this.perform((daemon) => daemon.change('block-attach', request), flags),
    );
  }
}
