import type { BackEndKind, ReadNode } from './back-end-kind.js';
import { checkImage, describeImage } from './disk-image.js';

/**
 * QEMU's block back end (hw/block/xen-block.c). It opens the image itself, so that there is no
 * hotplug script, and takes a device that it cannot open for a failed one.
 */
export const qdiskBackEnd: BackEndKind = {
  name: 'qdisk',
  ringNodes: ['ring-ref'],
  channelNodes: ['event-channel'],
  async features(read) {
    const path = await imagePath(read);
    if (path !== '') await checkImage(path);
    return { 'multi-queue-max-queues': '1', 'max-ring-page-order': '4' };
  },
  connected: async (read) => describeImage(await imagePath(read), read),
};

/** `params` is `format:path`, or empty for a drive without a medium. */
async function imagePath(read: ReadNode): Promise<string> {
  const params = (await read('params')) ?? '';
  const colon = params.indexOf(':');
  if (params !== '' && colon < 0) throw new Error(`"${params}" is not format:path`);
  return params.slice(colon + 1);
}
