import { closeSync, openSync, writeSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { atoi } from './arguments.js';
import { connectionTable, dump, summary } from './control-report.js';
import type { StoreLogger } from './host.js';
import { failure, OK, type Outcome } from './outcome.js';
import {
  isQuotaName,
  isSoftQuotaName,
  quotaDescriptions,
  softQuotaDescriptions,
} from './quotas.js';
import type { Store } from './store.js';

interface Command {
  readonly parameters: string;
  /** Arguments that it takes, at most. */
  readonly most: number;
  run(args: readonly string[]): Outcome;
}

/** The CONTROL commands. */
export class Control {
  readonly #store: Store;
  readonly #logger: StoreLogger | undefined;
  readonly #commands = new Map<string, Command>([
    ['check', { parameters: '', most: 0, run: () => this.#check() }],
    ['log', { parameters: 'on|off', most: 1, run: (args) => this.#log(args) }],
    ['memreport', { parameters: '[<file>]', most: 1, run: (args) => this.#memreport(args) }],
    ['print', { parameters: '<string>', most: 1, run: (args) => this.#print(args) }],
    [
      'quota',
      { parameters: '[set <name> <val>|<domid>]', most: 3, run: (args) => this.#quota(args) },
    ],
    ['quota-soft', { parameters: '[set <name> <val>]', most: 3, run: (args) => this.#soft(args) }],
    [
      'connections',
      { parameters: '[<first id>]', most: 1, run: (args) => this.#connections(args) },
    ],
    ['dump', { parameters: '[<file>]', most: 1, run: (args) => this.#dump(args) }],
    ['help', { parameters: '', most: 0, run: () => this.#help() }],
  ]);
  /** Whether each request is logged (`log on`). */
  isTracing = false;

  constructor(store: Store, logger: StoreLogger | undefined) {
    this.#store = store;
    this.#logger = logger;
  }

  command(args: readonly string[] | undefined): Outcome {
    const [name = '', ...rest] = args ?? [];
    const command = this.#commands.get(name);
    if (command === undefined || rest.length > command.most) return failure('EINVAL');
    return command.run(rest);
  }

  #help(): Outcome {
    const lines = [...this.#commands].map(([name, { parameters }]) => `${name}\t${parameters}\n`);
    return `${lines.join('')}\0`;
  }

  #check(): Outcome {
    const problems = this.#store.check();
    for (const problem of problems) this.#logger?.error({ problem }, 'the store is damaged');
    return problems.length === 0 ? OK : `${problems.join('\n').slice(0, 4000)}\n\0`;
  }

  #log([value]: readonly string[]): Outcome {
    if (value !== 'on' && value !== 'off') return failure('EINVAL');
    this.isTracing = value === 'on';
    return OK;
  }

  #memreport([file]: readonly string[]): Outcome {
    const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
    const report = { heapUsed, heapTotal, external, rss };
    if (file !== undefined) return this.#writeFile(file, [`${JSON.stringify(report)}\n`]);
    this.#logger?.info(report, 'memory report (bytes)');
    return OK;
  }

  #print([text]: readonly string[]): Outcome {
    if (text === undefined) return failure('EINVAL');
    this.#logger?.info({ text }, 'control print');
    return OK;
  }

  #connections([first]: readonly string[]): Outcome {
    return `${connectionTable(this.#store.connections(), atoi(first ?? '0'))}\0`;
  }

  #dump([file]: readonly string[]): Outcome {
    if (file === undefined) return `${summary(this.#store)}\0`;
    return this.#writeFile(file, dump(this.#store));
  }

  #writeFile(path: string, lines: Iterable<string>): Outcome {
    // Nobody knows where a daemon is.
    if (!isAbsolute(path)) return failure('EINVAL');
    try {
      const fd = openSync(path, 'w', 0o600);
      try {
        for (const line of lines) writeSync(fd, line);
      } finally {
        closeSync(fd);
      }
      return OK;
    } catch (error) {
      this.#logger?.warn({ path, err: error }, 'cannot write the file that control asked for');
      return failure('EINVAL');
    }
  }

  #quota([what, name, value]: readonly string[]): Outcome {
    const { quotas } = this.#store;
    if (what === undefined) return table(quotaDescriptions, quotas);
    if (what === 'set') return setLimit(quotas, isQuotaName, name, value);
    return name === undefined ? this.#quotaOf(atoi(what)) : failure('EINVAL');
  }

  #soft([what, name, value]: readonly string[]): Outcome {
    const { softQuotas } = this.#store;
    if (what === undefined) return table(softQuotaDescriptions, softQuotas);
    if (what === 'set') return setLimit(softQuotas, isSoftQuotaName, name, value);
    return failure('EINVAL');
  }

  #quotaOf(domid: number): Outcome {
    const store = this.#store;
    if (domid !== 0 && store.domains.get(domid) === undefined) return failure('ENOENT');
    let outstanding = 0;
    let memory = 0;
    for (const { outbox } of store.connectionsOf(domid)) {
      outstanding += outbox.length;
      memory += outbox.eventBytes;
    }
    const figures = {
      nodes: store.nodesOwned(domid),
      watches: store.watchesOf(domid),
      transactions: store.transactionsOf(domid),
      outstanding,
      memory,
    };
    const lines = Object.entries(figures).map(
      ([name, count]) => `${name.padEnd(16)}: ${String(count).padStart(8)}\n`,
    );
    return `Domain ${domid}:\n${lines.join('')}\0`;
  }
}

function table<Name extends string>(
  descriptions: Readonly<Record<Name, string>>,
  limits: Readonly<Record<Name, number>>,
): Outcome {
  const lines = (Object.keys(descriptions) as Name[]).map(
    (name) => `${name.padEnd(17)}: ${String(limits[name]).padStart(8)} ${descriptions[name]}\n`,
  );
  return `Quota settings:\n${lines.join('')}\0`;
}

function setLimit<Name extends string>(
  limits: Record<Name, number>,
  isName: (text: string) => text is Name,
  name: string | undefined,
  value: string | undefined,
): Outcome {
  if (name === undefined || value === undefined) return failure('EINVAL');
  if (!isName(name) || !/^[0-9]{1,9}$/.test(value)) return failure('EINVAL');
  limits[name] = Number(value);
  return OK;
}
