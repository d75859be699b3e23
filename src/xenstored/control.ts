import { atoi } from './arguments.js';
import type { StoreLogger } from './host.js';
import { failure, OK, type Outcome } from './outcome.js';
import { isQuotaName, quotaDescriptions } from './quotas.js';
import type { Store } from './store.js';

interface Command {
  readonly parameters: string;
  run(args: readonly string[]): Outcome;
}

/** The CONTROL commands. */
export class Control {
  readonly #store: Store;
  readonly #logger: StoreLogger | undefined;
  readonly #commands = new Map<string, Command>([
    ['check', { parameters: '', run: (args) => this.#check(args) }],
    ['help', { parameters: '', run: (args) => this.#help(args) }],
    ['log', { parameters: 'on|off', run: (args) => this.#log(args) }],
    ['memreport', { parameters: '', run: () => this.#memreport() }],
    ['print', { parameters: '<string>', run: (args) => this.#print(args) }],
    ['quota', { parameters: '[set <name> <val>|<domid>]', run: (args) => this.#quota(args) }],
  ]);
  /** Whether each request is logged (`log on`). */
  isTracing = false;

  constructor(store: Store, logger: StoreLogger | undefined) {
    this.#store = store;
    this.#logger = logger;
  }

  command(args: readonly string[] | undefined): Outcome {
    const [name = '', ...rest] = args ?? [];
    return this.#commands.get(name)?.run(rest) ?? failure('EINVAL');
  }

  #help(args: readonly string[]): Outcome {
    if (args.length > 0) return failure('EINVAL');
    const lines = [...this.#commands].map(([name, { parameters }]) => `${name}\t${parameters}\n`);
    return `${lines.join('')}\0`;
  }

  #check(args: readonly string[]): Outcome {
    if (args.length > 0) return failure('EINVAL');
    const problems = this.#store.check();
    for (const problem of problems) this.#logger?.error({ problem }, 'the store is damaged');
    return problems.length === 0 ? OK : `${problems.join('\n').slice(0, 4000)}\n\0`;
  }

  #log([value, more]: readonly string[]): Outcome {
    if ((value !== 'on' && value !== 'off') || more !== undefined) return failure('EINVAL');
    this.isTracing = value === 'on';
    return OK;
  }

  #memreport(): Outcome {
    const { heapUsed, rss } = process.memoryUsage();
    this.#logger?.info({ heapUsed, rss }, 'memory report (bytes)');
    return OK;
  }

  #print([text, more]: readonly string[]): Outcome {
    if (text === undefined || more !== undefined) return failure('EINVAL');
    this.#logger?.info({ text }, 'control print');
    return OK;
  }

  #quota(args: readonly string[]): Outcome {
    const [what, name, value, more] = args;
    if (what === undefined) return this.#quotaTable();
    if (what === 'set') {
      if (name === undefined || value === undefined || more !== undefined) return failure('EINVAL');
      if (!isQuotaName(name) || !/^[0-9]{1,9}$/.test(value)) return failure('EINVAL');
      this.#store.quotas[name] = Number(value);
      return OK;
    }
    return name === undefined ? this.#quotaOf(atoi(what)) : failure('EINVAL');
  }

  #quotaTable(): Outcome {
    const lines = Object.entries(quotaDescriptions).map(([name, description]) => {
      const value = isQuotaName(name) ? this.#store.quotas[name] : 0;
      return `${name.padEnd(17)}: ${String(value).padStart(8)} ${description}\n`;
    });
    return `Quota settings:\n${lines.join('')}\0`;
  }

  #quotaOf(domid: number): Outcome {
    const { domains, connections } = this.#store;
    if (domid !== 0 && domains.get(domid) === undefined) return failure('ENOENT');
    let watches = 0;
    let transactions = 0;
    for (const connection of connections) {
      if (connection.domid !== domid) continue;
      watches += connection.watches.size;
      transactions += connection.transactions.size;
    }
    const line = (name: string, count: number) =>
      `${name.padEnd(16)}: ${String(count).padStart(8)}\n`;
    const nodes = line('nodes', this.#store.nodesOwned(domid));
    const rest = line('watches', watches) + line('transactions', transactions);
    return `Domain ${domid}:\n${nodes}${rest}\0`;
  }
}
