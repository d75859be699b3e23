import { domainArgument, optionalArgument } from '../src/cli/arguments.js';
import { deviceWords } from '../src/cli/device-words.js';
import { aboutDomain, UsageError } from '../src/cli/failure.js';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';

export default class BlockAttach extends OperationCommand {
  static override summary = 'Give a running domain a disk.';
  static override description = 'The domain keeps the disk when it reboots or moves.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web /dev/vg/data,raw,xvdb,rw',
    '<%= config.bin %> <%= command.id %> web format=qcow2 vdev=xvdc access=ro target=/srv/c.qcow2',
  ];
  static override strict = false;
  static override args = {
    domain: domainArgument,
    disk: optionalArgument('the disk, in the words of disk= of xl.cfg'),
  };

  override async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(BlockAttach);
    const words = (argv as string[]).slice(1);
    if (words.length === 0) throw new UsageError('missing DISK');
    const request = {
      domain: args.domain,
      specification: deviceWords(words),
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
