import { type Plan, ToolstackError } from '../../model/index.js';
import { planChange, requireAwake, type Standing } from './standing.js';

/** How a guest is asked to stop, and which button is pressed where it cannot be asked. */
const MANNERS = {
  shutdown: { request: 'poweroff', button: 'power', word: 'shutdown' },
  reboot: { request: 'reboot', button: 'reset', word: 'reboot' },
} as const;

/**
 * Asks a guest to power off or to reboot; what follows when it has is for others.
 * @param hears whether it has drivers that listen to `control/shutdown`
 * @param fallback press its power or reset button where it has none
 * @throws ToolstackError ENOTSUP for one that can be asked in no way; EINVAL for one that stands still
 */
export function planStop(
  kind: keyof typeof MANNERS,
  domain: Standing,
  { hears, fallback }: { readonly hears: boolean; readonly fallback: boolean },
): Plan {
  const { request, button, word } = MANNERS[kind];
  requireAwake(domain, kind === 'reboot' ? 'rebooted' : 'shut down');
  if (hears) {
    return planChange(kind, domain, [
      { name: 'ask-guest', subject: request, args: { request }, pivot: true },
      { name: 'forget-request' },
    ]);
  }
  if (fallback) {
    const args = { trigger: button, vcpu: 0 };
    const step = { name: 'send-trigger', subject: button, args, pivot: true } as const;
    return planChange(kind, domain, [step], { button });
  }
  throw new ToolstackError(
    'ENOTSUP',
    `PV control interface not available: external graceful ${word} not possible.`,
    { suggestions: [`Use "-F" to fallback to ACPI ${button} event.`] },
  );
}
