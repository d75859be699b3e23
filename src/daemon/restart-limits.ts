import { DEFAULT_RESTART_LIMITS, type RestartLimits } from '../domain/index.js';
import { ToolstackError } from '../model/index.js';

/**
 * How often domains are restarted, as the environment has it: `DOMOVOI_RESTART_LIMIT` times within
 * `DOMOVOI_RESTART_WINDOW_MS`.
 * @throws ToolstackError EINVAL
 */
export function readRestartLimits(
  env: Readonly<Record<string, string | undefined>>,
): RestartLimits {
  const number = (variable: string, fallback: number): number => {
    const text = env[variable];
    if (text === undefined || text === '') return fallback;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new ToolstackError('EINVAL', `${variable}="${text}" is not a number above 0`);
  };
  return {
    restarts: number('DOMOVOI_RESTART_LIMIT', DEFAULT_RESTART_LIMITS.restarts),
    windowMs: number('DOMOVOI_RESTART_WINDOW_MS', DEFAULT_RESTART_LIMITS.windowMs),
  };
}
