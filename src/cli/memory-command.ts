import { ToolstackError } from '../model/index.js';
import { escapeText } from '../render/escape.js';
import { argument, domainArgument } from './arguments.js';
import { ChangeCommand, type Tone } from './change-command.js';
import { aboutDomain, WordedFailure } from './failure.js';
import { withLastWords } from './last-words.js';
import { parseMemorySize, possibleSize } from './memory-size.js';

interface Words {
  readonly change: 'mem-set' | 'mem-max';
  /** What xl calls the memory that cannot be set: `static max`. */
  readonly memory: string;
}

/** What `mem-set` and `mem-max` share: a domain and a size. */
export abstract class MemoryCommand extends ChangeCommand {
  static override args = {
    domain: domainArgument,
    size: argument('MiB; or with b, k, m, g or t behind it'),
  };

  protected async setMemory(
    { change, memory }: Words,
    { domain, size }: { readonly domain: string; readonly size: string },
    flags: Tone,
  ): Promise<void> {
    const asked = this.ask((daemon) => daemon.ask('domains', { domain }));
    const { domains } = await aboutDomain(change, domain, asked);
    const shown = escapeText(size);
    const parsed = parseMemorySize(size);
    if (parsed === undefined) {
      const error = new ToolstackError('EINVAL', `invalid memory size: ${size}`);
      throw new WordedFailure(`invalid memory size: ${shown}\n`, error);
    }
    await withLastWords(
      () => `cannot set domid ${domains[0]?.domid} ${memory} memory to : ${shown}\n`,
      this.#request(change, domain, parsed, flags),
    );
  }

  async #request(
    change: Words['change'],
    domain: string,
    size: number,
    flags: Tone,
  ): Promise<void> {
    const kib = possibleSize(size);
    if (kib === undefined) {
      throw new ToolstackError('EINVAL', `${size} KiB is no size that a domain could have`);
    }
    await this.change(change, domain, { kib }, flags);
  }
}
