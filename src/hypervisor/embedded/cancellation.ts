import { ToolstackError } from '../../model/index.js';

/** Why an aborted signal was aborted, as an error of ours: `cancelled` unless it says otherwise. */
export function cancellation(signal: AbortSignal): ToolstackError {
  const { reason } = signal;
  if (reason instanceof ToolstackError) return reason;
  return new ToolstackError('cancelled', 'the transfer was cancelled', { cause: reason });
}
