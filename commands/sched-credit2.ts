import * as Flags from '@oclif/core/flags';
import { ChangeCommand } from '../src/cli/change-command.js';
import { aboutDomain, WordedFailure } from '../src/cli/failure.js';
import { withLastWords } from '../src/cli/last-words.js';
import { ToolstackError } from '../src/model/index.js';
import { escapeText } from '../src/render/escape.js';
import { renderJson } from '../src/render/json.js';
import { renderPoolScheduling, renderScheduling } from '../src/render/xl/scheduling.js';

export default class SchedCredit2 extends ChangeCommand {
  static override summary = 'Show or set the shares that domains have of the CPUs.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -d web -w 512 -c 150',
  ];
  static override flags = {
    domain: Flags.string({ char: 'd', description: 'the domain; all of them when absent' }),
    weight: Flags.integer({
      char: 'w',
      description: '1 to 65535; twice as much is twice the time',
    }),
    cap: Flags.integer({
      char: 'c',
      description: 'at most so many percent of one CPU; 0: no limit',
    }),
    schedparam: Flags.boolean({ char: 's', description: 'what goes for all domains' }),
    cpupool: Flags.string({ char: 'p', description: 'only this CPU pool' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(SchedCredit2);
    const { domain, weight, cap, cpupool, schedparam, json } = flags;
    const isChange = weight !== undefined || cap !== undefined;
    if (cpupool !== undefined && (isChange || domain !== undefined)) {
      throw refusal('Specifying a cpupool is not allowed with other options.');
    }
    if (isChange) {
      if (domain === undefined) throw refusal('Must specify a domain.');
      const request = {
        ...(weight === undefined ? {} : { weight }),
        ...(cap === undefined ? {} : { cap }),
      };
      await withLastWords(
        () => 'libxl_domain_sched_params_set failed.\n',
        this.change('sched-credit2', domain, request, flags),
      );
      return;
    }
    const query = domain === undefined ? {} : { domain };
    const answer = this.ask((daemon) => daemon.ask('scheduling', query));
    const report = await aboutDomain('sched-credit2', domain ?? '', answer);
    if (cpupool !== undefined && cpupool !== report.pool) {
      throw refusal(`unknown cpupool '${cpupool}'`);
    }
    if (json) {
      const { domains, ...pool } = report;
      return this.print(
        schedparam
          ? renderJson('PoolScheduling', { item: pool })
          : renderJson('SchedulingList', { items: domains }),
      );
    }
    if (domain === undefined || schedparam) this.print(renderPoolScheduling(report));
    if (!schedparam) this.print(renderScheduling(report.domains));
  }
}

/** In the words of xl. */
function refusal(words: string): WordedFailure {
  return new WordedFailure(`${escapeText(words)}\n`, new ToolstackError('EINVAL', words));
}
