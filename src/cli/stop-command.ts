import * as Flags from '@oclif/core/flags';
import { DOM0, type ListedDomain, ToolstackError } from '../model/index.js';
import { paletteFor } from '../render/colour.js';
import { EXIT_FAILURE, renderError } from '../render/errors.js';
import { renderJson } from '../render/json.js';
import { optionalDomain } from './arguments.js';
import { awaitFate } from './await-fate.js';
import { ChangeCommand, type Tone } from './change-command.js';
import { aboutDomain, UsageError, WordedFailure } from './failure.js';
import type { Outcome } from './follow.js';
import { libxlCode } from './last-words.js';

interface Manner extends Tone {
  readonly fallback: boolean;
}

interface Refusal {
  readonly domain: ListedDomain;
  readonly error: ToolstackError;
}

/** How xl tells of the two ways to stop. */
const WORDS = {
  shutdown: { begun: 'Shutting down', button: 'power' },
  reboot: { begun: 'Rebooting', button: 'reset' },
} as const;

/** How often `-w` was given; oclif tells only whether it was. */
export function countWaits(raw: readonly { type: string; flag?: string }[]): number {
  return raw.filter(({ type, flag }) => type === 'flag' && flag === 'wait').length;
}

/** What `shutdown` and `reboot` share. */
export abstract class StopCommand extends ChangeCommand {
  static override args = { domain: optionalDomain };
  static override flags = {
    all: Flags.boolean({ char: 'a', description: 'all domains but domain 0' }),
    wait: Flags.boolean({
      char: 'w',
      description: 'wait until it has stopped; given twice, until it is gone',
    }),
    fallback: Flags.boolean({
      char: 'F',
      description: 'press the button of an HVM guest that has no drivers to ask',
    }),
  };

  /**
   * @param waits how often `-w` was given
   * @throws WordedFailure in the words of xl, UsageError
   */
  protected async stopDomains(
    kind: keyof typeof WORDS,
    reference: string | undefined,
    { all, waits, ...manner }: Manner & { readonly all: boolean; readonly waits: number },
  ): Promise<void> {
    const domains = await this.#find(kind, reference, all);
    if (manner['dry-run']) {
      const { fallback } = manner;
      for (const { uuid } of domains) await this.change(kind, uuid, { fallback }, manner);
      return;
    }
    const say = (line: string): void => {
      if (!manner.json) process.stderr.write(`${line}\n`);
    };
    const asked = domains.map((domain) => {
      say(`${WORDS[kind].begun} domain ${domain.domid}`);
      return this.#ask(kind, domain, manner);
    });
    const outcomes = await Promise.all(asked);
    for (const outcome of outcomes) {
      if ('error' in outcome || outcome.state.button === undefined) continue;
      const { button } = WORDS[kind];
      say(`PV control interface not available: sending ACPI ${button} button event.`);
    }
    const stopping = domains.filter((_, index) => 'kind' in (outcomes[index] ?? {}));
    if (waits > 0 && (stopping.length > 0 || domains.length === 0)) {
      say(`Waiting for ${stopping.length} domains`);
      await Promise.all(stopping.map((domain) => this.#wait(domain, waits > 1, say)));
    }
    this.#report(kind, outcomes, all, manner.json);
  }

  async #find(
    kind: keyof typeof WORDS,
    reference: string | undefined,
    all: boolean,
  ): Promise<readonly ListedDomain[]> {
    if (all && reference !== undefined) {
      throw new UsageError(`-a is for all domains: leave it or "${reference}" out`);
    }
    if (all) {
      const { domains } = await this.ask((daemon) => daemon.ask('domains'));
      return domains.filter(({ domid, dying }) => domid !== DOM0 && !dying);
    }
    if (reference === undefined) {
      const error = new ToolstackError('EINVAL', 'neither -a nor a domain is given');
      throw new WordedFailure('You must specify -a or a domain id.\n\n', error);
    }
    const asked = this.ask((daemon) => daemon.ask('domains', { domain: reference }));
    return (await aboutDomain(kind, reference, asked)).domains;
  }

  /** One that refuses keeps nobody from asking the others. */
  async #ask(
    kind: keyof typeof WORDS,
    domain: ListedDomain,
    { fallback }: Manner,
  ): Promise<Outcome | Refusal> {
    try {
      return await this.request(kind, domain.uuid, { fallback });
    } catch (error) {
      if (error instanceof ToolstackError) return { domain, error };
      throw error;
    }
  }

  async #wait(domain: ListedDomain, gone: boolean, say: (line: string) => void): Promise<void> {
    const { domid } = domain;
    const fate = await awaitFate(
      (query) => this.ask((daemon) => daemon.ask('fate', query)),
      domain,
    );
    if (fate.state === 'gone') return say(`Domain ${domid} has been destroyed`);
    say(`Domain ${domid} has been shut down, reason code ${fate.code}`);
    if (!gone) return;
    say(`Domain ${domid} continue waiting for death`);
    await awaitFate((query) => this.ask((daemon) => daemon.ask('fate', query)), domain, true);
    say(`Domain ${domid} has been destroyed`);
  }

  #report(
    kind: keyof typeof WORDS,
    outcomes: readonly (Outcome | Refusal)[],
    all: boolean,
    json: boolean,
  ): void {
    const refusals = outcomes.filter((outcome) => 'error' in outcome);
    const [first] = refusals;
    if (json && (all || first === undefined)) {
      const items = outcomes.map((outcome) =>
        'error' in outcome
          ? { kind, uuid: outcome.domain.uuid, error: outcome.error.toJSON() }
          : outcome,
      );
      this.print(renderJson('Operation', all ? { items } : { item: items[0] }));
      if (first !== undefined) this.exit(EXIT_FAILURE);
    }
    if (first === undefined) return;
    const palette = paletteFor(process.stderr, process.env);
    const words = refusals.map(
      ({ error }) => `${renderError(error, palette)}${kind} failed (rc=${libxlCode(error.code)})\n`,
    );
    throw new WordedFailure(words.join(''), first.error);
  }
}
