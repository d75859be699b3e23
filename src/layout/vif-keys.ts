import type { VifConfig } from '../config/index.js';
import {
  BACK_BY_OTHERS,
  BACK_HEAD,
  backKeys,
  bit,
  type DeviceFacts,
  FRONT_HEAD,
  frontKeys,
} from './device-keys.js';
import type { KeyTable } from './key.js';

export interface VifFacts extends DeviceFacts {
  readonly vif: VifConfig;
}

const front = frontKeys<VifFacts>();
const back = backKeys<VifFacts>();

/** `device/vif/<id>` and `backend/vif/<domid>/<id>` (xen/public/io/netif.h). */
export const VIF_FRONT: KeyTable<VifFacts> = [
  ...FRONT_HEAD,
  front('handle', 'number', 'which interface of the guest it is', ({ vif }) => String(vif.devid)),
  front('mac', 'mac', 'its address', ({ vif }) => vif.mac),
  front('trusted', 'bit', 'whether the guest is to trust the back end', ({ vif }) =>
    bit(vif.trusted),
  ),
  back('mtu', 'bytes', 'largest IP packet', ({ vif }) => String(vif.mtu ?? 1500)),
];

export const VIF_BACK: KeyTable<VifFacts> = [
  ...BACK_HEAD,
  back('script', 'file', 'the hotplug script', ({ vif }) => vif.script),
  back('vifname', 'text', "name in the back end's domain", ({ vif }) => vif.vifname),
  back('mac', 'mac', 'its address', ({ vif }) => vif.mac),
  back('ip', 'text', 'IP addresses, with blanks between', ({ vif }) => vif.ip),
  back('gatewaydev', 'text', 'the interface to route to', ({ vif }) => vif.gatewayDevice),
  back('rate', 'rate', 'most that the guest may send', ({ vif }) =>
    vif.rate === undefined ? undefined : `${vif.rate.bytesPerInterval},${vif.rate.intervalUsecs}`,
  ),
  back('mtu', 'bytes', 'largest IP packet', ({ vif }) =>
    vif.mtu === undefined ? undefined : String(vif.mtu),
  ),
  back('bridge', 'text', 'the bridge to put it on', ({ vif }) => vif.bridge),
  back('handle', 'number', 'which interface of the guest it is', ({ vif }) => String(vif.devid)),
  back('type', ['vif', 'vif_ioemu'], 'whether it is emulated as well', ({ vif }) =>
    vif.type === 'ioemu' ? 'vif_ioemu' : 'vif',
  ),
  back(
    'hotplug-status',
    ['', 'connected', 'error', 'busy'],
    'how the hotplug script ended',
    () => '',
    { writer: 'hotplug script' },
  ),
];

const guest = frontKeys<never>({ source: 'xen', writer: 'guest', life: 'connecting' });
const OFFLOADS = ['sg', 'gso-tcpv4', 'gso-tcpv6', 'ipv6-csum-offload'];
const OFFLOAD = 'whether packets may come so: in pieces, whole for TCP to split, without checksum';

/** What the guest's driver adds. */
export const VIF_FRONT_BY_OTHERS: KeyTable<never> = [
  guest('tx-ring-ref', 'grant', 'grant of the ring of what is sent'),
  guest('rx-ring-ref', 'grant', 'grant of the ring of what is received'),
  guest('event-channel', 'port', 'event channel of both rings'),
  guest('event-channel-tx', 'port', 'event channel of the ring of what is sent'),
  guest('event-channel-rx', 'port', 'event channel of the ring of what is received'),
  guest('multi-queue-num-queues', 'number', 'how many queues, below queue-<n>, the guest has'),
  guest('queue-<n>/tx-ring-ref', 'grant', "grant of a queue's ring of what is sent"),
  guest('queue-<n>/rx-ring-ref', 'grant', "grant of a queue's ring of what is received"),
  guest('queue-<n>/event-channel-tx', 'port', "event channel of a queue's ring of what is sent"),
  guest(
    'queue-<n>/event-channel-rx',
    'port',
    "event channel of a queue's ring of what is received",
  ),
  guest('request-rx-copy', 'bit', '1: packets are to be copied, not flipped'),
  guest('feature-rx-notify', 'bit', '1: the guest is told of packets'),
  guest('feature-no-csum-offload', 'bit', '1: packets must come with checksums'),
  guest('feature-multicast-control', 'bit', 'whether it says which multicasts it wants'),
  guest('request-multicast-control', 'bit', 'asks for the multicasts that it wants only'),
  guest('xdp-headroom', 'bytes', 'room that is to be left before each packet'),
  ...OFFLOADS.map((name) => guest(`feature-${name}`, 'bit', OFFLOAD)),
];

const script = backKeys<never>({ source: 'xen', writer: 'hotplug script', life: 'hotplug' });
const ready = backKeys<never>({ source: 'xen', writer: 'back end', life: 'back end ready' });

/** What the hotplug script and the driver add. */
export const VIF_BACK_BY_OTHERS: KeyTable<never> = [
  ...BACK_BY_OTHERS,
  script('vif-name', 'text', "name that the script gave it in the back end's domain"),
  ...OFFLOADS.map((name) => ready(`feature-${name}`, 'bit', OFFLOAD)),
  ready('feature-rx-copy', 'bit', 'whether packets can be copied'),
  ready('feature-rx-flip', 'bit', 'whether pages can be flipped'),
  ready('feature-multicast-control', 'bit', 'whether it heeds which multicasts are wanted'),
  ready('feature-dynamic-multicast-control', 'bit', 'whether that may be asked for at any time'),
  ready('feature-split-event-channels', 'bit', 'whether each ring may have its own channel'),
  ready('feature-xdp-headroom', 'bit', 'whether it can leave room before packets'),
  ready('feature-ctrl-ring', 'bit', 'whether it has a control ring'),
  ready('multi-queue-max-queues', 'number', 'most queues'),
];
