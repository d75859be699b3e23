import { type ListedDisk, type ListedVif, XenbusState } from '../../model/index.js';
import { escapeText } from '../escape.js';
import { column, padToBytes } from './columns.js';

export const BLOCK_LIST_HEADER =
  'Vdev  BE  handle state evt-ch ring-ref BE-path                       \n';

/** The rows of `xl block-list` for one domain (main_blocklist of xl_block.c). */
export function renderDisks(disks: readonly ListedDisk[]): string {
  return disks
    .map((disk) =>
      [
        column(disk.devid, -5),
        column(disk.backendDomid, -3),
        // What xl calls the handle is the number of the guest.
        column(disk.frontendDomid, -6),
        column(state(disk.state), -5),
        column(number(disk.eventChannel), -6),
        column(number(disk.ringRef), -8),
        `${padToBytes(disk.backendPath, 30)}\n`,
      ].join(' '),
    )
    .join('');
}

export const NETWORK_LIST_HEADER =
  'Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path                       \n';

/** The rows of `xl network-list` for one domain (main_networklist of xl_nic.c). */
export function renderInterfaces(vifs: readonly ListedVif[]): string {
  return vifs
    .map((vif) =>
      [
        column(vif.devid, -3),
        column(vif.backendDomid, -2),
        padToBytes(escapeText(vif.mac ?? ''), 17),
        column(vif.devid, 5),
        column(state(vif.state), 5),
        column(number(vif.eventChannel), 6),
        `${column(number(vif.txRingRef), 5)}/${column(number(vif.rxRingRef), -11)}`,
        `${padToBytes(vif.backendPath, 30)}\n`,
      ].join(' '),
    )
    .join('');
}

/** What is missing is −1 to libxl. */
function number(value: number | null): number {
  return value ?? -1;
}

function state(value: XenbusState): number {
  return value === XenbusState.unknown ? -1 : value;
}
