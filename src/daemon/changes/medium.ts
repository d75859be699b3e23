import { z } from 'zod';
import { type DiskConfig, parseDiskWords } from '../../config/index.js';
import { findDisk } from '../../devices/index.js';
import { completeDiskAt, planMedium } from '../../domain/index.js';
import { ToolstackError } from '../../model/index.js';
import type { Toolstack } from '../toolstack.js';
import { aboutDomain, type Change } from './change.js';
import { changeDevicesOf } from './change-of.js';

const device = z.string().min(1).max(64);

export const cdInsert: Change<'cd-insert'> = {
  schema: z.object({
    ...aboutDomain,
    device,
    target: z.string().max(4096),
    cwd: z.string().max(4096),
  }),
  async begin(toolstack, { domain, device: vdev, target, cwd, requestedBy }) {
    const words = `vdev=${vdev},access=r,devtype=cdrom,target=${target}`;
    const disk = await completeDiskAt(parseDiskWords(words), cwd);
    return begin(toolstack, 'cd-insert', { domain, requestedBy, disk });
  },
};

export const cdEject: Change<'cd-eject'> = {
  schema: z.object({ ...aboutDomain, device }),
  begin(toolstack, { domain, device: vdev, requestedBy }) {
    const disk = parseDiskWords(`vdev=${vdev},access=r,devtype=cdrom`);
    return begin(toolstack, 'cd-eject', { domain, requestedBy, disk });
  },
};

/** @throws ToolstackError EINVAL, ENOENT in xl's words: only a guest with a device model has drives */
async function begin(
  toolstack: Toolstack,
  kind: 'cd-insert' | 'cd-eject',
  asked: { readonly domain: string; readonly requestedBy: string; readonly disk: DiskConfig },
) {
  const { disk } = asked;
  const guest = await toolstack.findGuest(asked.domain, 'given a medium');
  if (guest.type !== 'hvm') {
    throw new ToolstackError('EINVAL', 'cdrom-insert requires an HVM domain', {
      suggestions: ['Give the domain the image as a disk: block-attach.'],
    });
  }
  return changeDevicesOf(toolstack, guest, asked, async (target) => {
    const before = toolstack
      .configOf(target)
      .disks.find(({ devid, deviceType }) => devid === disk.devid && deviceType === 'cdrom');
    const address = await findDisk(toolstack.host.store, target.domid, disk.vdev);
    if (before === undefined || address === undefined) {
      throw new ToolstackError('ENOENT', `Virtual device not found: ${disk.vdev}`, {
        suggestions: [`"domovoi block-list ${target.name}" shows what it has.`],
      });
    }
    const { target: _, ...drive } = before;
    const medium = disk.target === undefined ? {} : { target: disk.target };
    const after: DiskConfig = { ...drive, ...medium, format: disk.format };
    return planMedium(kind, target, address, { before, after });
  });
}
