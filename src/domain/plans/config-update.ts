import type { DomainConfig } from '../../config/index.js';
import type { Plan } from '../../model/index.js';
import { planChange, remember, type Standing } from './standing.js';

/** Keeps a config for when the domain starts anew. Until then it goes on, and may move, as it is. */
export function planConfigUpdate(standing: Standing, next: DomainConfig): Plan {
  const { steps, state } = remember(standing, { next });
  const pivots = steps.map((step) => ({ ...step, pivot: true as const }));
  return planChange('config-update', standing, pivots, state);
}
