import * as Flags from '@oclif/core/flags';
import { optionalDomains } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { aboutDomain } from '../src/cli/failure.js';
import type { DomainUptime } from '../src/model/index.js';
import { renderJson } from '../src/render/json.js';
import { isTimed, renderShortUptimes, renderUptimes } from '../src/render/xl/uptime.js';

export default class Uptime extends BaseCommand {
  static override summary = 'Print for how long domains have been running.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -s web',
  ];
  static override args = {
    domain: optionalDomains,
  };
  static override flags = {
    short: Flags.boolean({
      char: 's',
      description: 'hours and minutes, in the words of uptime(1)',
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Uptime);
    const domains = await this.askAll(args.domain ?? []);
    if (flags.json) return this.print(renderJson('Uptime', { items: domains }));
    for (const { domid } of domains.filter((each) => !isTimed(each))) {
      process.stderr.write(`domovoi: the store does not say since when domain ${domid} runs\n`);
    }
    const timed = domains.filter(isTimed);
    this.print(flags.short ? renderShortUptimes(timed, new Date()) : renderUptimes(timed));
  }

  private async askAll(asked: readonly string[]): Promise<DomainUptime[]> {
    if (asked.length === 0) return [...(await this.ask((daemon) => daemon.ask('uptime'))).domains];
    const found: DomainUptime[] = [];
    for (const domain of asked) {
      const answer = this.ask((daemon) => daemon.ask('uptime', { domain }));
      found.push(...(await aboutDomain('uptime', domain, answer)).domains);
    }
    return found;
  }
}
