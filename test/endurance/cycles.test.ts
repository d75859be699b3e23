import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiClient, apiClient } from '../../src/client/api-client.js';
import { machineStatus } from '../../src/client/machine-control.js';
import { History } from '../../src/history/index.js';
import { config, EXAMPLES, succeeded } from '../daemon/helpers/embedded.js';
import { Domovoi } from '../e2e/helpers/domovoi.js';
import { bytesOf, residentKib, tracesOf } from './footprint.js';

/**
 * A domain is created and destroyed, again and again. `npm run test:endurance` does it ten thousand
 * times; DOMOVOI_CYCLES says otherwise.
 */
const CYCLES = Number(process.env.DOMOVOI_CYCLES ?? 200);
/** So that caches are warm and code is compiled before anything is measured. */
const WARM_UP = Math.min(100, CYCLES);
const AT_ONCE = 4;
/** What a process may grow by, whatever the number of cycles: garbage that was not yet collected. */
const SLACK_KIB = 64 * 1024;
/** And for each cycle: SQLite's cache of an index grows with the history, nothing else. */
const SLACK_BYTES_PER_CYCLE = 1024;
const MINUTE = 60_000;

let host: Domovoi;
let api: ApiClient;
let pids: readonly number[];

beforeAll(async () => {
  host = new Domovoi();
  await host.ok('list');
  api = apiClient(host.stateDir.daemonSocket);
  const daemon = await api.ask('status');
  const machine = await machineStatus(host.stateDir);
  pids = [daemon.pid, machine?.pid ?? Number.NaN];
});
afterAll(() => host.close());

async function cycle(name: string): Promise<void> {
  const request = { text: config(name), file: EXAMPLES, cwd: EXAMPLES, overrides: [] };
  const asked = { ...request, paused: false, requestedBy: 'test' };
  await succeeded(await api.change('create', asked));
  await succeeded(await api.change('destroy', { domain: name, requestedBy: 'test' }));
}

/** So many cycles, a few domains at a time. */
async function cycles(count: number): Promise<void> {
  let left = count;
  const lane = async (name: string): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await cycle(name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => lane(`web${index}`)));
}

function historyRows(): number {
  const history = History.openReadOnly(host.stateDir.historyDatabase);
  try {
    const { queries } = history;
    const steps = queries.operations().reduce((sum, { steps: each }) => sum + each.length, 0);
    return (
      queries.operations().length + steps + queries.incarnations().length + queries.events().length
    );
  } finally {
    history.close();
  }
}

interface Grown {
  readonly rows: number;
  readonly databaseBytes: number;
  readonly logBytes: number;
  readonly residentKib: readonly number[];
}

function size(): Grown {
  return {
    rows: historyRows(),
    databaseBytes: bytesOf(host.root, /history\.db$/),
    logBytes: bytesOf(host.root, /store\.log/),
    residentKib: pids.map(residentKib),
  };
}

test(
  `${CYCLES} domains come and go, and nothing grows but the history`,
  async () => {
    await cycles(WARM_UP);
    const [traces, before] = [await tracesOf(host, pids), size()];
    const startedAt = performance.now();
    await cycles(CYCLES);
    const ms = performance.now() - startedAt;
    const after = size();
    expect(await tracesOf(host, pids)).toEqual(traces);

    const rowsPerCycle = (after.rows - before.rows) / CYCLES;
    expect(rowsPerCycle).toBe(before.rows / WARM_UP);
    const grownKib = after.residentKib.map((kib, index) => kib - (before.residentKib[index] ?? 0));
    const bytesPerCycle = (after.databaseBytes - before.databaseBytes) / CYCLES;
    process.stderr.write(
      `${CYCLES} cycles: ${(ms / CYCLES).toFixed(1)} ms, ${rowsPerCycle} rows and ` +
        `${bytesPerCycle.toFixed(0)} bytes of history each; resident memory of daemon and machine ` +
        `${before.residentKib.join(' and ')} KiB, ${grownKib.join(' and ')} KiB more after; ` +
        `the store's log ${before.logBytes} and then ${after.logBytes} bytes\n`,
    );
    const slack = SLACK_KIB + (SLACK_BYTES_PER_CYCLE * CYCLES) / 1024;
    for (const kib of grownKib) expect(kib).toBeLessThan(slack);
  },
  Math.max(2, CYCLES / 100) * MINUTE,
);
