import { type KeyTable, keysOf } from './key.js';

const own = keysOf<never>('guest-owns', { source: 'xen', writer: 'guest', life: 'guest' });
const firmware = keysOf<never>('guest-reads', { life: 'details' });

/** Below `/local/domain/<domid>`, what others than the plans of the toolstack write. */
export const BY_OTHERS: KeyTable<never> = [
  own('data/<key>', 'text', 'whatever the guest wants to be known'),
  own('drivers/<number>', 'text', 'VENDOR PRODUCT VERSION [ATTRIBUTES] of a paravirtual driver'),
  own('feature/hotplug/vif', 'bit', 'whether new network interfaces are taken at once'),
  own('feature/hotplug/vbd', 'bit', 'whether new disks are taken at once'),
  own('attr/vif/<id>/name', 'text', "the guest's name for a network interface"),
  own('attr/vif/<id>/mac/<number>', 'mac', 'an address in use'),
  own('attr/vif/<id>/ipv4/<number>', 'text', 'an IPv4 address in use'),
  own('attr/vif/<id>/ipv6/<number>', 'text', 'an IPv6 address in use'),
  own('error/device/<class>/<id>/error', 'text', 'why a front end failed', undefined, {
    life: 'failure',
  }),
  own(
    'control/laptop-slate-mode',
    ['', 'laptop', 'slate'],
    'which mode the guest is to take',
    undefined,
    { writer: 'toolstack', life: 'request' },
  ),
  own('control/feature-laptop-slate-mode', ['', '0', '1'], 'whether the guest obeys it'),
  own('control/feature-balloon', ['', '0', '1'], 'whether the guest has a balloon driver'),
  firmware('platform/mmio_hole_size', 'bytes', 'size of the hole for devices below 4 GiB'),
  firmware(
    'platform/generation-id',
    'text',
    'VM generation ID: its two 64-bit words, with a colon',
  ),
  firmware('hvmloader/bios', ['rombios', 'seabios', 'OVMF'], 'the firmware of an HVM guest'),
  firmware(
    'hvmloader/allow-memory-relocate',
    'bit',
    'whether the firmware may move memory above 4 GiB',
  ),
  firmware('hvmloader/<key>', 'text', 'more that the firmware of an HVM guest reads'),
  firmware('bios-strings/<name>', 'text', 'a string for the SMBIOS table of an HVM guest'),
  firmware('image/device-model-pid', 'number', 'process that is the device model', undefined, {
    life: 'device model',
  }),
  firmware('image/device-model-kill-uid', 'number', 'user as whom it runs', undefined, {
    life: 'device model',
  }),
];
