import type { Kind, StoreUnderTest } from './store-under-test.js';

/** How a real daemon differs from ours in a case. */
export interface Difference {
  /** What it does, and whether that is its fault or our choice. */
  readonly why: string;
  /** What holds there; without it the case itself must fail there. */
  readonly instead?: (store: StoreUnderTest) => Promise<void>;
  /** It would hang or bring the daemon down; nothing is run. */
  readonly cannotRun?: true;
}

/** What any store daemon must do, told by what is seen on the wire. */
export interface StoreCase {
  readonly name: string;
  run(store: StoreUnderTest): Promise<void>;
  readonly differs?: Partial<Record<Exclude<Kind, 'ours'>, Difference>>;
}
