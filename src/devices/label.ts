import type { DeviceAddress } from '../layout/index.js';

/** A device as messages name it: `vbd 51712 of domain 3`. */
export function deviceLabel({ kind, id, domid }: DeviceAddress): string {
  return `${kind} ${id} of domain ${domid}`;
}
