import type { BackEndKind } from './back-end-kind.js';

/** netback and the `vif-bridge` hotplug script, on bridges that take everyone. */
export const vifBackEnd: BackEndKind = {
  name: 'vif',
  ringNodes: ['tx-ring-ref', 'rx-ring-ref'],
  channelNodes: ['event-channel-tx', 'event-channel-rx'],
  features: () =>
    Promise.resolve({
      'feature-sg': '1',
      'feature-rx-copy': '1',
      'feature-rx-flip': '0',
      'feature-split-event-channels': '1',
      'multi-queue-max-queues': '1',
    }),
  hotplug: () => Promise.resolve({}),
  connected: () => Promise.resolve({}),
};
