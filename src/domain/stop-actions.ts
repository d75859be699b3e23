import { SHUTDOWN_ACTIONS, type ShutdownAction } from '../config/index.js';
import type { CompleteConfig, StopWords } from '../layout/index.js';

/**
 * What is to be done with a domain that has stopped, as `handle_domain_death` of xl has it: a reason
 * that nobody knows ends the domain.
 * @param reason a ShutdownReason, or what a newer hypervisor may come to say
 */
export function actionOn(config: CompleteConfig, reason: string): ShutdownAction {
  switch (reason) {
    case 'poweroff':
      return config.onPoweroff;
    case 'reboot':
      return config.onReboot;
    case 'crash':
      return config.onCrash;
    case 'watchdog':
      return config.onWatchdog;
    case 'soft-reset':
      return config.onSoftReset;
    default:
      return 'destroy';
  }
}

/** The config with the actions that the store asks for, as far as they are actions at all. */
export function withStopWords(config: CompleteConfig, words: StopWords): CompleteConfig {
  return {
    ...config,
    onPoweroff: toAction(words.poweroff) ?? config.onPoweroff,
    onReboot: toAction(words.reboot) ?? config.onReboot,
    onCrash: toAction(words.crash) ?? config.onCrash,
  };
}

/** Whether the domain runs again afterwards. */
export function runsAgain(action: ShutdownAction): boolean {
  switch (action) {
    case 'restart':
    case 'rename-restart':
    case 'coredump-restart':
    case 'soft-reset':
      return true;
    case 'destroy':
    case 'preserve':
    case 'coredump-destroy':
      return false;
  }
}

function toAction(word: string | undefined): ShutdownAction | undefined {
  return SHUTDOWN_ACTIONS.find((action) => action === word);
}
