import type { DomainConfig } from '../config/index.js';
import type { Domid, Uuid } from '../model/index.js';
import type { Layout } from './key.js';

/** A config in which nothing is left open: it has a UUID, MAC addresses and absolute paths. */
export type CompleteConfig = DomainConfig & { readonly uuid: Uuid };

/** Without a choice the tree is also for readers of the old manual. */
export function layoutOf(config: CompleteConfig): Layout {
  return config.layout ?? 'both';
}

/** What is known of a domain when its tree is first written. */
export interface SkeletonFacts {
  readonly domid: Domid;
  /** As the tree is to show it: with a suffix while it comes in. */
  readonly name: string;
  readonly config: CompleteConfig;
}

/** What is known once it has been prepared. */
export interface DetailFacts extends SkeletonFacts {
  readonly storePort: number;
}

/** What is known once it has been built or restored. Frames as decimal text: they outgrow numbers. */
export interface RingFacts extends SkeletonFacts {
  readonly storeFrame: string;
}

/** What is known of a domain over all its incarnations. */
export interface VmFacts {
  readonly config: CompleteConfig;
  /** As {@link startTimeAt} writes it. */
  readonly startTime: string;
}
