// npm run bench:store: our store daemon, the C xenstored and oxenstored under the same loads.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  Daemons,
  memoryOf,
  type RunningDaemon,
  type Subject,
  subjects,
  whyMissing,
} from './daemons.js';
import { buildLoad, type Load, type Placement, placements } from './load.js';
import { caseLines, type Judgement, judge, judgementLines, recordIn } from './report.js';
import { Results } from './results.js';
import { type Case, fullScale, quickScale, type Row, rowsOf } from './rows.js';

const usage = `npm run bench:store -- [options]
  --rows A,B     only rows whose names match one of these regular expressions
  --rounds N     rounds for each row (default 11, quick 3); medians are over the rounds
  --only A,B     only these daemons: ours, c, ox
  --cpus HOW     free: the scheduler places client and daemon (default); apart: each has a CPU of
                 its own; same: they share one. It makes up to a factor of 2 where there is one
                 request at a time, so with free placement repeat what looks odd
  --quick        shorter loads and 1,000 domains instead of 10,000
  --json FILE    writes every round and verdict
  --record       writes the figures into docs/specification.md; only of a run of everything
  --list         names the rows`;

const specification = new URL('../../docs/specification.md', import.meta.url);

/** Load that a daemon has had before anything is measured: ours until its code is compiled. */
const warmUps = {
  ours: { domains: 300, seconds: 1.5 },
  c: { domains: 20, seconds: 0.2 },
  ox: { domains: 20, seconds: 0.2 },
} as const satisfies Record<Subject, unknown>;

interface Contender {
  readonly subject: Subject;
  readonly of: Case;
  daemon: RunningDaemon | undefined;
}

class Bench {
  readonly #daemons: Daemons;
  readonly #load: Load;
  readonly #subjects: readonly Subject[];

  constructor(daemons: Daemons, load: Load, running: readonly Subject[]) {
    this.#daemons = daemons;
    this.#load = load;
    this.#subjects = running;
  }

  /** Measures a row: in each round every contender once, and each round another one first. */
  async measure(row: Row, rounds: number): Promise<Results> {
    const results = new Results();
    const contenders = row.cases.flatMap((of) =>
      of.on
        .filter((subject) => this.#subjects.includes(subject))
        .map((subject): Contender => ({ subject, of, daemon: undefined })),
    );
    try {
      for (let round = 0; round < rounds; round += 1) {
        const first = round % contenders.length;
        const order = [...contenders.slice(first), ...contenders.slice(0, first)];
        for (const contender of order) await this.#measureOne(row, contender, results);
      }
    } finally {
      for (const { daemon } of contenders) await daemon?.stop();
    }
    return results;
  }

  async #measureOne(row: Row, contender: Contender, results: Results): Promise<void> {
    const { subject, of } = contender;
    contender.daemon ??= await this.#start(contender);
    const measurement = await this.#load(contender.daemon.socketPath, of.load);
    results.add(subject, of.name, { ...measurement, ...memoryOf(measurement.pid) });
    if (row.fresh) {
      await contender.daemon.stop();
      contender.daemon = undefined;
    }
  }

  /** A daemon that is warm, prepared, and has in its store only what the preparation left. */
  async #start({ subject, of }: Contender): Promise<RunningDaemon> {
    const daemon = await this.#daemons.start(subject);
    const { socketPath } = daemon;
    const { domains, seconds } = warmUps[subject];
    const root = '/warm-up';
    await this.#load(socketPath, { op: 'domain', count: domains, root });
    await this.#load(socketPath, { op: 'remove', root });
    if (of.prepare !== undefined) {
      await this.#load(socketPath, of.prepare);
      await this.#load(socketPath, { ...of.load, seconds });
    }
    return daemon;
  }
}

/** A directory for all temporary files of the bench and of its daemons, gone when the bench is. */
function temporaryRoot(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  process.env.TMPDIR = dir;
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
  return dir;
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      cpus: { type: 'string', default: 'free' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      record: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(usage);
  const patterns = values.rows?.split(',').map((text) => new RegExp(`^(?:${text})$`));
  const rows = rowsOf(values.quick ? quickScale : fullScale).filter(
    ({ name }) => patterns === undefined || patterns.some((pattern) => pattern.test(name)),
  );
  if (rows.length === 0) throw new Error(`no row matches ${values.rows}; --list names them`);
  if (values.list) return print(...rows.map(({ name }) => name));
  const wanted = values.only?.split(',') ?? subjects;
  const running = subjects.filter((subject) => wanted.includes(subject) && isHere(subject));
  if (running.length === 0) throw new Error('none of the daemons can run here');
  if (values.record && (values.quick || values.rows !== undefined || running.length < 3)) {
    throw new Error('--record wants a run of all rows and daemons, and not a quick one');
  }
  const placement = (Object.keys(placements) as Placement[]).find((name) => name === values.cpus);
  if (placement === undefined) throw new Error(`--cpus ${values.cpus}: free, apart or same`);
  const defaultRounds = values.quick ? 3 : 11;

  const dir = temporaryRoot();
  const daemons = new Daemons();
  const judgements: Judgement[] = [];
  const raw: unknown[] = [];
  try {
    const bench = new Bench(daemons, await buildLoad(dir, placement), running);
    for (const row of rows) {
      const rounds = Number(values.rounds ?? row.rounds ?? defaultRounds);
      const results = await bench.measure(row, rounds);
      for (const of of row.cases) {
        print(...caseLines(row, of, results));
        for (const subject of running) {
          raw.push({
            row: row.name,
            case: of.name,
            subject,
            rounds: results.rounds(subject, of.name),
          });
        }
      }
      const judged = row.pledges.map((pledge) => judge(row, pledge, results));
      print(...judgementLines(judged), '');
      judgements.push(...judged);
    }
  } finally {
    await daemons.close();
  }
  const scale = values.quick ? ' (quick: shorter loads, 1,000 domains)' : '';
  print(`Promise, figure, verdict${scale}`, ...judgementLines(judgements));
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ judgements, measurements: raw }, null, 2)}\n`);
  }
  if (values.record) {
    writeFileSync(specification, recordIn(readFileSync(specification, 'utf8'), judgements));
  }
  if (judgements.some(({ verdict }) => verdict === 'BROKEN')) process.exitCode = 1;
}

function isHere(subject: Subject): boolean {
  const why = whyMissing(subject);
  if (why !== undefined) print(`${subject} is not measured: ${why}`);
  return why === undefined;
}

await main();
