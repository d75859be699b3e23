import type { CompleteConfig } from '../../layout/index.js';
import type { Plan } from '../../model/index.js';
import { planChange, type Standing } from './standing.js';

/** Keeps another config for the domain's next start. The domain itself goes on as it is. */
export function planConfigUpdate(standing: Standing, config: CompleteConfig): Plan {
  // It may have been renamed while the request waited.
  const named = { ...config, name: standing.name };
  const steps = [{ name: 'save-config', pivot: true as const }];
  return planChange('config-update', standing, steps, { config: named });
}
