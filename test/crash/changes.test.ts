import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ChangeName,
  type Changes,
  mibToKib,
  type OperationRecord,
} from '../../src/model/index.js';
import { Domovoi, exampleConfig } from '../e2e/helpers/domovoi.js';
import { ViewedHost } from './helpers/host-view.js';

const DOMAIN = 'pv';
const CONFIG = exampleConfig(DOMAIN);
/** A host and all the crashes of one change. */
const MINUTES = 5 * 60_000;

type Step = {
  [Name in ChangeName]: [Name, Omit<Changes[Name], 'requestedBy' | 'domain'>];
}[ChangeName];

interface Case {
  readonly change: Step;
  /** What takes it back; nothing for what leaves no trace. */
  readonly back?: Step;
  /** What has to be done before; {@link back} does it again. */
  readonly first?: Step;
  /** That it was done is known from the journal alone: killed right after, it was not. */
  readonly untold?: true;
}

const CASES: readonly Case[] = [
  { change: ['pause', {}], back: ['unpause', {}] },
  { first: ['pause', {}], change: ['unpause', {}], back: ['pause', {}] },
  { change: ['suspend', {}], back: ['resume', {}] },
  { first: ['suspend', {}], change: ['resume', {}], back: ['suspend', {}] },
  { change: ['rename', { name: 'other' }], back: ['rename', { name: DOMAIN }] },
  { change: ['mem-set', { kib: mibToKib(32) }], back: ['mem-set', { kib: mibToKib(64) }] },
  { change: ['mem-max', { kib: mibToKib(256) }], back: ['mem-max', { kib: mibToKib(128) }] },
  { change: ['vcpu-set', { vcpus: 1 }], back: ['vcpu-set', { vcpus: 2 }] },
  {
    change: ['vcpu-pin', { vcpu: 'all', hard: '0-1' }],
    back: ['vcpu-pin', { vcpu: 'all', hard: 'all' }],
  },
  { change: ['sched-credit2', { weight: 512 }], back: ['sched-credit2', { weight: 256 }] },
  { change: ['trigger', { trigger: 'nmi', vcpu: 0 }], untold: true },
  { change: ['sysrq', { letter: 's' }], untold: true },
];

interface Crash {
  readonly step: string;
  readonly point: 'before' | 'after';
  readonly end: 'succeeded' | 'failed';
}

/** Every step of an operation as it was done, before and after it. */
function crashes({ steps }: OperationRecord, untold = false): Crash[] {
  const pivot = steps.findIndex(({ step }) => step.pivot === true);
  return steps.flatMap(({ step }, index) =>
    (['before', 'after'] as const).map((point): Crash => {
      const isTold = index === pivot && point === 'after' && !untold;
      return { step: step.name, point, end: index > pivot || isTold ? 'succeeded' : 'failed' };
    }),
  );
}

describe('a change of a running domain', () => {
  let site: ViewedHost;
  let uuid: string;
  beforeAll(async () => {
    const host = new Domovoi();
    await host.ok('create', CONFIG, 'vcpus=2', 'maxmem=128');
    site = await ViewedHost.open(host);
    const { domain } = await site.look();
    uuid = String(domain.uuid);
    for (const device of ['vbd/51712', 'vif/0'])
      await site.until(`/local/domain/${String(domain.domid)}/device/${device}/state`, '4');
  });
  afterAll(() => site.close());

  const perform = async ([name, wanted]: Step): Promise<void> => {
    expect(await site.change(name, { ...wanted, domain: uuid } as never)).toBe('succeeded');
  };

  test.each(CASES.map((each) => [each.change[0], each] as const))(
    '(%s) whose daemon is killed anywhere is done or was never there',
    async (_name, { first, change, back, untold }) => {
      if (first !== undefined) await perform(first);
      const before = await site.look();
      await perform(change);
      const operation = await site.latest();
      const after = await site.look();
      if (back !== undefined) {
        expect(after).not.toEqual(before);
        await perform(back);
      }
      // What was saved of its configuration says what it said, in as many words or more.
      const unchanged = await site.look();
      expect(unchanged.tree).toEqual(before.tree);
      for (const { step, point, end } of crashes(operation, untold)) {
        const where = `${point} ${step}`;
        await site.restart(`${step}:${point}=kill`);
        await expect(perform(change), where).rejects.toThrow('the toolstack daemon is gone');
        await site.restart();
        const { kind, status } = await site.latest();
        expect({ where, kind, status }).toEqual({ where, kind: change[0], status: end });
        expect({ where, ...(await site.look()) }).toEqual({
          where,
          ...(end === 'succeeded' ? after : unchanged),
        });
        if (end === 'succeeded' && back !== undefined) await perform(back);
      }
      if (first !== undefined) await perform(change);
    },
    MINUTES,
  );
});

describe('a shutdown', () => {
  let site: ViewedHost;
  beforeAll(async () => {
    const host = new Domovoi();
    await host.ok('list');
    site = await ViewedHost.open(host);
  });
  afterAll(() => site.close());

  test(
    'whose daemon is killed anywhere is done, or asks for nothing any more',
    async () => {
      const kept = 'on_poweroff="preserve"';
      await site.host.ok('create', CONFIG, kept);
      await site.change('shutdown', { domain: DOMAIN });
      const operation = await site.latest();
      await site.host.ok('destroy', DOMAIN);
      for (const { step, point, end } of crashes(operation)) {
        const where = `${point} ${step}`;
        await site.host.ok('create', CONFIG, kept);
        await site.restart(`${step}:${point}=kill`);
        await expect(site.change('shutdown', { domain: DOMAIN }), where).rejects.toThrow();
        await site.restart();
        expect({ where, status: (await site.latest()).status }).toEqual({ where, status: end });
        const { tree } = await site.look();
        expect(
          tree.filter((line) => /control-requested|control\/shutdown = "\w/.test(line)),
        ).toEqual([]);
        if (end === 'failed') await site.change('shutdown', { domain: DOMAIN });
        await site.host.ok('destroy', DOMAIN);
      }
    },
    MINUTES,
  );
});
