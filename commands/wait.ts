import * as Flags from '@oclif/core/flags';
import { domainArgument } from '../src/cli/arguments.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { AWAITED_STATES, ToolstackError, type WaitReply } from '../src/model/index.js';
import { renderJson } from '../src/render/json.js';
import { describeState } from '../src/render/state.js';

/** The longest that the daemon is asked to wait at a time, in ms. */
const ASKED_AT_ONCE_MS = 20_000;

export default class Wait extends BaseCommand {
  static override summary = 'Wait until a domain is in a state.';
  static override description =
    'running: neither paused nor shut down; it may yet have to come to this host. paused. ' +
    'shutdown: it has stopped by itself and is kept. connected: all its devices are. ' +
    'gone: it is not on this host. The exit code is 1 when the time runs out.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --for connected',
    '<%= config.bin %> <%= command.id %> web --for gone --timeout 30',
  ];
  static override args = {
    domain: domainArgument,
  };
  static override flags = {
    for: Flags.option({
      options: AWAITED_STATES,
      description: 'the state to wait for',
      required: true,
    })(),
    timeout: Flags.integer({
      description: 'seconds to wait at the most',
      default: 60,
      min: 0,
      max: 1_000_000,
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Wait);
    const deadline = Date.now() + flags.timeout * 1000;
    let reply: WaitReply;
    do {
      const timeoutMs = Math.min(ASKED_AT_ONCE_MS, Math.max(0, deadline - Date.now()));
      const query = { domain: args.domain, for: flags.for, timeoutMs };
      reply = await this.ask((daemon) => daemon.ask('wait', query));
    } while (!reply.reached && Date.now() < deadline);
    if (!reply.reached) throw tooLate(args.domain, flags, reply);
    if (flags.json) {
      const { domain } = reply;
      this.print(
        renderJson('Wait', {
          item: domain === undefined ? { state: flags.for } : { state: flags.for, domain },
        }),
      );
    }
  }
}

function tooLate(
  reference: string,
  flags: { readonly for: string; readonly timeout: number },
  { domain }: WaitReply,
): ToolstackError {
  const now = domain === undefined ? 'not on this host' : describeState(domain);
  return new ToolstackError(
    'ETIMEDOUT',
    `"${reference}" is not ${flags.for} after ${flags.timeout} s: it is ${now}`,
    { suggestions: ['Give it more time with --timeout SECONDS.'] },
  );
}
