import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Result } from '../e2e/helpers/domovoi.js';
import { expectAgreement, quiet } from '../model/agreement.js';
import { destroyAll } from '../model/destroy-all.js';
import { CONFIG, DOMAIN } from './helpers/site.js';
import { StrickenHost } from './helpers/stricken-host.js';

const ROUNDS = Number(process.env.DOMOVOI_RACE_ROUNDS ?? 1);
const DISK = `${CONFIG.replace(/[^/]*$/, '')}disks/root.img`;

interface Race {
  readonly about: string;
  /** There is no domain when it begins. */
  readonly alone?: true;
  readonly commands: readonly (readonly string[])[];
  /** The codes that may come of it; `*` stands for any. */
  readonly ends: readonly (readonly (number | '*')[])[];
  /** How many domains there may be afterwards. */
  readonly leaves: readonly number[];
}

const RACES: readonly Race[] = [
  {
    about: 'two creates of one name',
    alone: true,
    commands: [
      ['create', CONFIG],
      ['create', CONFIG],
    ],
    ends: [
      [0, 3],
      [3, 0],
    ],
    leaves: [1],
  },
  {
    about: 'a destroy and a migration',
    commands: [
      ['destroy', DOMAIN],
      ['migrate', DOMAIN, 'localhost'],
    ],
    ends: [[0, '*']],
    leaves: [0],
  },
  {
    about: 'an attach and a destroy',
    commands: [
      ['block-attach', DOMAIN, `${DISK},raw,xvdb,r`],
      ['destroy', DOMAIN],
    ],
    ends: [['*', 0]],
    leaves: [0],
  },
  {
    about: 'a shutdown and a destroy',
    commands: [
      ['shutdown', DOMAIN],
      ['destroy', DOMAIN],
    ],
    ends: [['*', '*']],
    leaves: [0],
  },
  {
    about: 'a rename and a create of the new name',
    commands: [
      ['rename', DOMAIN, 'other'],
      ['create', CONFIG, 'name="other"'],
    ],
    ends: [
      [0, 3],
      [1, 0],
    ],
    leaves: [1, 2],
  },
  {
    about: 'a restart by itself and a destroy',
    commands: [
      ['sysrq', DOMAIN, 'c'],
      ['destroy', DOMAIN],
    ],
    ends: [['*', '*']],
    leaves: [0, 1],
  },
  {
    about: 'two destroys',
    commands: [
      ['destroy', DOMAIN],
      ['destroy', DOMAIN],
    ],
    ends: [
      [0, '*'],
      ['*', 0],
    ],
    leaves: [0],
  },
  {
    about: 'a reboot and a migration',
    commands: [
      ['reboot', DOMAIN],
      ['migrate', DOMAIN, 'localhost'],
    ],
    ends: [['*', '*']],
    leaves: [1],
  },
];

describe('two commands at the same instant', () => {
  let host: StrickenHost;
  let before: Awaited<ReturnType<StrickenHost['traces']>>;
  beforeAll(async () => {
    host = await StrickenHost.start();
    before = await host.traces();
  });
  afterAll(() => host.close());

  test.each(RACES.map((race) => [race.about, race] as const))(
    '(%s) leave a host on which all agree',
    async (_, race) => {
      for (let round = 0; round < ROUNDS; round++) await run(race);
    },
    ROUNDS * 60_000,
  );

  async function run({ alone, commands, ends, leaves }: Race): Promise<void> {
    if (!alone) await host.run('create', CONFIG, 'on_crash="restart"');
    const results = await Promise.all(commands.map((command) => host.run(...command)));
    await quiet(host);
    const found = JSON.stringify(results, null, 2);
    expect(
      ends.some((end) => isAs(end, results)),
      found,
    ).toBe(true);
    await vi.waitFor(() => expectAgreement(host), { timeout: 20_000 });
    expect(leaves, found).toContain((await host.hypervisor.domains()).length - 1);
    await destroyAll(host);
    await vi.waitFor(async () => expect(await host.traces()).toEqual(before), { timeout: 20_000 });
  }
});

function isAs(end: readonly (number | '*')[], results: readonly Result[]): boolean {
  return results.every(({ code }, index) => end[index] === '*' || end[index] === code);
}
