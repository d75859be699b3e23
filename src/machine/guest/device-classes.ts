/** What the front ends of one kind of device share and tell. */
export interface DeviceClass {
  /** Nodes that carry the grant references of the pages that it shares. */
  readonly rings: readonly string[];
  readonly channels: readonly string[];
  readonly features: Readonly<Record<string, string>>;
}

const SCREEN = { rings: ['page-gref'], channels: ['event-channel'] };

/** The kinds of device that the guest has drivers for, by their directory below `device`. */
export const DEVICE_CLASSES: Readonly<Record<string, DeviceClass>> = {
  vbd: {
    rings: ['ring-ref'],
    channels: ['event-channel'],
    features: { protocol: 'x86_64-abi', 'feature-persistent': '1' },
  },
  vif: {
    rings: ['tx-ring-ref', 'rx-ring-ref'],
    channels: ['event-channel-tx', 'event-channel-rx'],
    features: {
      'multi-queue-num-queues': '1',
      'request-rx-copy': '1',
      'feature-rx-notify': '1',
      'feature-sg': '1',
    },
  },
  vfb: { ...SCREEN, features: { protocol: 'x86_64-abi', 'feature-update': '1' } },
  vkbd: { ...SCREEN, features: { 'request-abs-pointer': '1' } },
  console: { rings: ['ring-ref'], channels: ['port'], features: {} },
};
