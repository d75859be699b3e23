import * as Flags from '@oclif/core/flags';
import { requestedBy } from '../client/requested-by.js';
import type { DetachRequest, JsonObject } from '../model/index.js';
import { ToolstackError } from '../model/index.js';
import { escapeText } from '../render/escape.js';
import { aboutDomain, WordedFailure } from './failure.js';
import { type Manner, OperationCommand } from './operation-command.js';

/** A command that takes a device from a running domain. */
export abstract class DetachCommand extends OperationCommand {
  static override baseFlags = {
    ...OperationCommand.baseFlags,
    force: Flags.boolean({
      char: 'f',
      description: 'take it away even if the guest does not let go of it',
    }),
  };

  /** @param unknown what xl says of a device that is not there, with its line feed */
  protected async detach(
    change: 'block-detach' | 'network-detach',
    { domain, device }: { readonly domain: string; readonly device: string },
    flags: Manner & { readonly force?: boolean },
    unknown: (device: string) => string,
  ): Promise<void> {
    const request: DetachRequest = {
      domain,
      device,
      ...(flags.force === true ? { force: true } : {}),
      requestedBy: requestedBy(),
    };
    try {
      const done = await aboutDomain(
        change,
        domain,
        this.perform((daemon) => daemon.change(change, request), flags),
      );
      if (done !== undefined && !flags.json) this.tellProblems(done.state);
    } catch (thrown) {
      if (!(thrown instanceof ToolstackError) || thrown.code !== 'ENOENT') throw thrown;
      throw new WordedFailure(unknown(escapeText(device)), thrown);
    }
  }

  /** The device is gone, but not all went as it should. */
  private tellProblems({ problems }: JsonObject): void {
    for (const problem of Array.isArray(problems) ? problems : []) {
      process.stderr.write(`domovoi: ${escapeText(String(problem))}\n`);
    }
  }
}
