import type { Trigger } from '../../model/index.js';
import type { Guest } from './guest.js';

/** The hardware, so to speak, has done something. A domain that does not run notices nothing. */
export function pull(guest: Guest, trigger: Trigger, vcpu: number): void {
  if (!guest.domain.runnable) return;
  switch (trigger) {
    case 'power':
      stop(guest, 'poweroff');
      break;
    case 'reset':
    case 'init':
      stop(guest, 'reboot');
      break;
    case 'nmi':
      guest.print(`Uhhuh. NMI received for unknown reason 00 on CPU ${vcpu}.\n`);
      break;
    case 'sleep':
      guest.print('ACPI: sleep button\n');
      break;
    case 's3resume':
      guest.print('ACPI: waking up from system sleep state S3\n');
      break;
  }
}

function stop(guest: Guest, reason: 'poweroff' | 'reboot'): void {
  guest.print(`domovoi guest: ${reason}\n`);
  guest.hypervisor.shutdownDomain(guest.domain.domid, reason);
}
