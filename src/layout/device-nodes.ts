import { CONSOLE_BACK, CONSOLE_FRONT } from './console-keys.js';
import { backEndPath, type Device, devicePath, frontEndPath } from './device.js';
import { type DeviceFacts, recordOf } from './device-keys.js';
import { VBD_BACK, VBD_FRONT } from './disk-keys.js';
import { type KeyTable, type Layout, type Node, nodesOf, type Parties } from './key.js';
import { VFB_BACK, VFB_FRONT, VKBD_BACK, VKBD_FRONT } from './screen-keys.js';
import { VIF_BACK, VIF_FRONT } from './vif-keys.js';

/** All nodes of a device at its birth: the toolstack's record, the front end, the back end. */
export function deviceNodes(device: Device, layout: Layout = 'both', domainName?: string): Node[] {
  const known = domainName === undefined ? {} : { domainName };
  switch (device.type) {
    case 'disk':
      return halves({ ...device, ...known }, VBD_FRONT, VBD_BACK, layout);
    case 'vif':
      return halves({ ...device, ...known }, VIF_FRONT, VIF_BACK, layout);
    case 'vfb':
      return halves({ ...device, ...known }, VFB_FRONT, VFB_BACK, layout);
    case 'vkbd':
      return halves({ ...device, ...known }, VKBD_FRONT, VKBD_BACK, layout);
    case 'console':
      return halves({ ...device, ...known }, CONSOLE_FRONT, CONSOLE_BACK, layout);
  }
}

function halves<F extends DeviceFacts>(
  facts: F,
  frontEnd: KeyTable<F>,
  backEnd: KeyTable<F>,
  layout: Layout,
): Node[] {
  const { address } = facts;
  const { domid, backendDomid } = address;
  const parties: Parties = { domid, backendDomid, incarnations: [] };
  return [
    ...nodesOf(recordOf(backEnd), devicePath(address), facts, parties, layout),
    ...nodesOf(frontEnd, frontEndPath(address), facts, parties, layout),
    ...nodesOf(backEnd, backEndPath(address), facts, parties, layout),
  ];
}
