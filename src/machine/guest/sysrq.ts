import type { XenStoreClient } from '../../xenstore/client.js';
import type { Guest } from './guest.js';

const PATH = 'control/sysrq';
const HELP = 'HELP : reboot(b) crash(c) help(h) poweroff(o) sync(s) unmount(u)';

/**
 * Takes a key from `control/sysrq` and does what it means (drivers/xen/manage.c and
 * drivers/tty/sysrq.c of Linux): the node is emptied before anything is done.
 */
export async function obeySysrq(guest: Guest, store: XenStoreClient): Promise<void> {
  const key = await store.transaction(async (tx) => {
    const text = await tx.maybeRead(PATH);
    if (text === undefined || text === '') return undefined;
    await tx.write(PATH, '');
    return text.charAt(0);
  });
  await guest.domain.whenRunnable();
  if (key !== undefined && !guest.stopped) await press(guest, key);
}

async function press(guest: Guest, key: string): Promise<void> {
  switch (key) {
    case 'b':
      guest.print('sysrq: Resetting\n');
      return guest.shutdown('reboot');
    case 'c':
      guest.print('sysrq: Trigger a crash\nKernel panic - not syncing: sysrq triggered crash\n');
      return guest.shutdown('crash');
    case 'o':
      guest.print('sysrq: Power Off\n');
      return guest.shutdown('poweroff');
    case 's':
      guest.print('sysrq: Emergency Sync\nEmergency Sync complete\n');
      return;
    case 'u':
      guest.print('sysrq: Emergency Remount R/O\nEmergency Remount complete\n');
      return;
    default:
      guest.print(`sysrq: ${HELP}\n`);
  }
}
