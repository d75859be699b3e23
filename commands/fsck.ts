import * as Flags from '@oclif/core/flags';
import { OperationCommand } from '../src/cli/operation-command.js';
import { requestedBy } from '../src/client/requested-by.js';
import { paletteFor } from '../src/render/colour.js';
import { renderFsck, renderRepaired } from '../src/render/fsck.js';
import { renderJson } from '../src/render/json.js';

export default class Fsck extends OperationCommand {
  static override summary = 'Find what does not belong in the store, and repair it.';
  static override description =
    'Looks for keys without a domain, domains without keys, half devices, stale references, ' +
    'wrong permissions and values. The exit code is 0 when nothing is left to find, else 1. ' +
    'Domains with an operation under way are left alone.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --fix',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = {
    fix: Flags.boolean({ description: 'repair what can be repaired, and tell what is left' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Fsck);
    let report = await this.ask((daemon) => daemon.ask('fsck'));
    if (flags.fix && report.findings.some(({ repair }) => repair !== undefined)) {
      const dryRun = flags['dry-run'];
      // But for a dry run, what is printed in the end is what is left.
      const manner = { json: flags.json && dryRun, quiet: flags.quiet || flags.json };
      const request = { requestedBy: requestedBy() };
      await this.perform((daemon) => daemon.change('repair', request), {
        ...manner,
        'dry-run': dryRun,
      });
      if (dryRun) this.exit(1);
      const before = report;
      report = await this.ask((daemon) => daemon.ask('fsck'));
      if (!flags.json && !flags.quiet) this.print(renderRepaired(before, report));
    }
    const palette = paletteFor(process.stdout, process.env);
    this.print(
      flags.json ? renderJson('AuditReport', { item: report }) : renderFsck(report, palette),
    );
    if (report.findings.length > 0) this.exit(1);
  }
}
