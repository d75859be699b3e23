import type { BackEndKind } from './back-end-kind.js';
import { checkImage, describeImage } from './disk-image.js';

/** blkback and the `block` hotplug script: checks that the image is there and tells its size. */
export const vbdBackEnd: BackEndKind = {
  name: 'vbd',
  ringNodes: ['ring-ref'],
  channelNodes: ['event-channel'],
  features: () =>
    Promise.resolve({
      'feature-max-indirect-segments': '256',
      'multi-queue-max-queues': '1',
      'max-ring-page-order': '4',
    }),
  async hotplug(read) {
    const params = (await read('params')) ?? '';
    if (params === '') return {};
    await checkImage(params);
    return { node: params, 'physical-device': '7:0', 'physical-device-path': params };
  },
  connected: async (read) => describeImage((await read('params')) ?? '', read),
};
