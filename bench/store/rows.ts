import type { Subject } from './daemons.js';
import type { LoadOptions } from './load.js';
import type { Figure, Results } from './results.js';

/** One load, made on each of the subjects in turn. */
export interface Case {
  readonly name: string;
  readonly load: LoadOptions;
  /** Made once on each daemon, before the first round. */
  readonly prepare?: LoadOptions;
  readonly on: readonly Subject[];
}

/** A promise of issue 3, as a figure and its limit. */
export interface Pledge {
  readonly text: string;
  readonly limit: { readonly atLeast: number } | { readonly atMost: number };
  readonly unit?: 'MB';
  /** Undefined when a daemon it needs did not run. */
  figure(results: Results): number | undefined;
}

/** Cases that are measured in the same rounds, and what is promised of them. */
export interface Row {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly pledges: readonly Pledge[];
  /** Each round needs new daemons, since the load leaves much behind. */
  readonly fresh?: true;
  /** Instead of the number of rounds that others have, for what takes long. */
  readonly rounds?: number;
}

/** How long everything takes. */
export interface Scale {
  readonly seconds: number;
  readonly warm: number;
  readonly domains: number;
  readonly parallelSeconds: number;
}

export const fullScale: Scale = { seconds: 0.4, warm: 0.1, domains: 10_000, parallelSeconds: 3 };
export const quickScale: Scale = { seconds: 0.3, warm: 0.1, domains: 1000, parallelSeconds: 1 };

const all: readonly Subject[] = ['ours', 'c', 'ox'];
const ours: readonly Subject[] = ['ours'];

const rateAgainstC = (text: string, atLeast: number): Pledge => ({
  text: `${text}: at least ${atLeast} x C`,
  limit: { atLeast },
  figure: (results) => results.ratio('perSecond', ['ours'], ['c']),
});

const tailAgainstC = (text: string): Pledge => ({
  text: `${text}: p99 at most 2 x C`,
  limit: { atMost: 2 },
  figure: (results) => results.ratio('p99', ['ours'], ['c']),
});

const bigAgainstSmall = (text: string): Pledge => ({
  text: `${text}: at most 1.3 x the time of the small one`,
  limit: { atMost: 1.3 },
  figure: (results) => results.ratio('perSecond', ['ours', 'small'], ['ours', 'big']),
});

/** Every row of the bench. */
export function rowsOf(scale: Scale): readonly Row[] {
  const { seconds, warm } = scale;
  const timed = { seconds, warm };

  /** A row of one case, on every daemon. */
  const simple = (name: string, load: LoadOptions, ...pledges: Pledge[]): Row => {
    const { connections = 1, shape = '16' } = load;
    const prepare = { op: 'populate', connections, shape, depth: 32 };
    return { name, cases: [{ name, load: { ...timed, ...load }, prepare, on: all }], pledges };
  };

  const oneClient = ['read', 'write', 'ls', 'transaction'].map((op) =>
    simple(op, { op }, rateAgainstC(`${op}, one client`, 0.8), tailAgainstC(`${op}, one client`)),
  );

  const many = [8, 64].flatMap((connections) =>
    ['read', 'write', 'transaction'].map((op) =>
      simple(
        `${op}-${connections}`,
        { op, connections },
        rateAgainstC(`${op}, ${connections} connections`, 0.8),
      ),
    ),
  );

  const connects = [1, 8, 64].map((connections) =>
    simple(
      `connect-${connections}`,
      { op: 'connect', connections },
      rateAgainstC(`connect + read + close, ${connections} at a time`, 0.5),
    ),
  );

  const events = [1, 8, 64].map((connections) =>
    simple(
      `event-${connections}`,
      { op: 'event', connections },
      rateAgainstC(`write on A to event at B, ${counted(connections, 'pair')}`, 0.9),
    ),
  );

  const pipelined = ['read', 'write'].map((op) =>
    simple(`${op}-pipelined`, { op, depth: 32 }, rateAgainstC(`${op}, pipelined 32 deep`, 3)),
  );

  const watches = simple(
    'watches',
    { op: 'write', watches: 10_000 },
    rateAgainstC('write beside 10,000 watches that do not match', 3),
  );

  /** The same load on a small and on a big store of ours. */
  const size = (name: string, what: string, op: string, small: string, big: string): Row => ({
    name,
    cases: [['small', small] as const, ['big', big] as const].map(([caseName, shape]) => ({
      name: caseName,
      load: { ...timed, op, shape },
      prepare: { op: 'populate', shape, depth: 32 },
      on: ours,
    })),
    pledges: [bigAgainstSmall(`${op} in ${what}`)],
  });

  const sizes = [
    ...['read', 'write', 'transaction', 'create'].map((op) =>
      size(`tree-${op}`, 'a tree of 100,000 nodes', op, '1x10x100', '10x100x100'),
    ),
    ...['read', 'write', 'transaction', 'create'].map((op) =>
      size(`directory-${op}`, 'a directory of 10,000 children', op, '10', '10000'),
    ),
  ];

  const text = `${scale.domains.toLocaleString('en')} domains`;
  const domainsLoad: LoadOptions = { op: 'domain', count: scale.domains, limit: 900 };
  const domains: Row = {
    name: 'domains',
    fresh: true,
    rounds: 1,
    cases: [{ name: 'domains', load: domainsLoad, on: all }],
    pledges: [
      {
        text: `${text}, one after another: at least 4 x as fast as C`,
        limit: { atLeast: 4 },
        figure: (results) => results.ratio('seconds', ['c'], ['ours']),
      },
      {
        text: `${text}, one after another: at least 1.5 x as fast as oxenstored`,
        limit: { atLeast: 1.5 },
        figure: (results) => results.ratio('seconds', ['ox'], ['ours']),
      },
    ],
  };

  /** Ours alone is done soon enough to be measured several times. */
  const growth: Row = {
    name: 'domains-growth',
    fresh: true,
    rounds: 5,
    cases: [{ name: 'domains-growth', load: domainsLoad, on: ours }],
    pledges: [
      {
        text: `${text}: the last at most 1.3 x the time of the 100th`,
        limit: { atMost: 1.3 },
        figure: (results) => results.growth('ours'),
      },
      ...(['resident', 'peak'] as const satisfies readonly Figure[]).map(
        (figure): Pledge => ({
          text: `${text}: ${figure} memory at most 200 MB`,
          limit: { atMost: 200 },
          unit: 'MB',
          figure: (results) => results.median(figure, 'ours'),
        }),
      ),
    ],
  };

  const parallel: Row = {
    name: 'parallel',
    fresh: true,
    rounds: 3,
    cases: [1, 4, 8, 16].map((connections) => ({
      name: counted(connections, 'writer'),
      load: { op: 'domain', connections, seconds: scale.parallelSeconds },
      on: all,
    })),
    pledges: [
      {
        text: '16 parallel writers create domains: no slower in total than one',
        limit: { atLeast: 1 },
        figure: (results) =>
          results.ratio('perSecond', ['ours', '16 writers'], ['ours', '1 writer']),
      },
    ],
  };

  return [
    ...oneClient,
    ...many,
    ...connects,
    ...events,
    ...pipelined,
    watches,
    ...sizes,
    domains,
    growth,
    parallel,
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
