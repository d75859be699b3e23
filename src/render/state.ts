import type { DomainInfo } from '../model/index.js';

/** A domain's state in a word or two: `paused`, `shut down (crash)`, `running`. */
export function describeState({ dying, shutdown, paused }: DomainInfo): string {
  if (dying) return 'dying';
  if (shutdown !== undefined) return `shut down (${shutdown})`;
  return paused ? 'paused' : 'running';
}
