import { requestedBy } from '../client/requested-by.js';
import { type Changes, ToolstackError } from '../model/index.js';
import { aboutDomain } from './failure.js';
import { follow, type Outcome } from './follow.js';
import { type Manner, OperationCommand } from './operation-command.js';
import { SILENT_PRINTER } from './progress-printer.js';

type ChangeOfDomain = {
  [Name in keyof Changes]: Changes[Name] extends { readonly domain: string } ? Name : never;
}[keyof Changes];
type Wanted<Name extends ChangeOfDomain> = Omit<Changes[Name], 'domain' | 'requestedBy' | 'dryRun'>;

/** How the outcome is to be told; on the way nothing is, unless `steps` are asked for. */
export type Tone = Omit<Manner, 'quiet'>;

/** A command that changes a domain where it is, and as xl says nothing when it has. */
export abstract class ChangeCommand extends OperationCommand {
  // oclif's manifest would else lose them: it stops at the first class without fields of its own.
  static override baseFlags = OperationCommand.baseFlags;

  /** @returns undefined when it was a dry run, which has been printed */
  protected change<Name extends ChangeOfDomain>(
    name: Name,
    domain: string,
    wanted: Wanted<Name>,
    flags: Tone,
  ): Promise<Outcome | undefined> {
    const manner = { ...flags, quiet: flags.steps !== true };
    const asked = askFor(name, domain, wanted);
    const work = this.perform((daemon) => daemon.change(name, asked), manner);
    return aboutDomain(name, domain, work);
  }

  /** The same, without a word of what became of it. */
  protected async request<Name extends ChangeOfDomain>(
    name: Name,
    domain: string,
    wanted: Wanted<Name>,
  ): Promise<Outcome> {
    const asked = askFor(name, domain, wanted);
    const lines = await this.ask((daemon) => daemon.change(name, asked));
    const end = await follow(lines, SILENT_PRINTER);
    if ('changes' in end) throw new ToolstackError('internal', 'nobody asked for a dry run');
    return end;
  }
}

function askFor<Name extends ChangeOfDomain>(
  _name: Name,
  domain: string,
  wanted: Wanted<Name>,
): Changes[Name] {
  // With these two it is the whole request again, which the compiler cannot see.
  return { ...wanted, domain, requestedBy: requestedBy() } as unknown as Changes[Name];
}
