import type { DomainType, Json } from '../../model/index.js';
import type { DomainConfig } from '../domain-config.js';
import type { KnownKey } from '../keys.js';
import {
  bool,
  type Codec,
  count,
  mebibytes,
  number,
  numberedBool,
  oneWay,
  sameWords,
  text,
  texts,
  words,
} from './codecs.js';
import type { Members, Structure } from './structures.js';

/** Where in libxl's config a key of xl.cfg goes that has no effect here. */
interface Place {
  readonly key: KnownKey;
  readonly structure: Structure;
  readonly member: string;
  readonly codec: Codec;
  /** The types of domains that it is for; all when absent. */
  readonly types?: readonly DomainType[];
}

type Row = readonly [key: KnownKey, codec: Codec, member?: string];

const HVM: readonly DomainType[] = ['hvm'];
const WITH_HVM_PARTS: readonly DomainType[] = ['hvm', 'pvh'];

const TSC_MODES = sameWords('always_emulate', 'native', 'native_paravirt');
const TIMER_MODES = [
  'delay_for_missed_ticks',
  'no_delay_for_missed_ticks',
  'no_missed_ticks_pending',
  'one_missed_tick_pending',
];
/** By its word or by its number. */
const TIMER_MODE = words(
  Object.fromEntries(TIMER_MODES.map((mode) => [mode, mode])),
  Object.fromEntries(TIMER_MODES.map((mode, index) => [String(index), mode])),
);

/** Where two keys have one member, the later row wins there, and is what is given back. */
export const PLACES: readonly Place[] = [
  ...places('c_info', undefined, [
    ['passthrough', sameWords('disabled', 'enabled', 'sync_pt', 'share_pt')],
    ['xend_suspend_evtchn_compat', bool],
  ]),
  ...places('c_info', WITH_HVM_PARTS, [
    ['hap', bool],
    ['oos', bool],
  ]),
  ...places('b_info', undefined, [
    ['tsc_mode', TSC_MODES],
    ['max_grant_frames', number],
    ['max_maptrack_frames', number],
    ['max_grant_version', number],
    [
      'device_model_version',
      words({ 'qemu-xen': 'qemu_xen', 'qemu-xen-traditional': 'qemu_xen_traditional' }),
    ],
    ['stubdomain_memory', mebibytes, 'stubdomain_memkb'],
    ['stubdomain_kernel', text],
    ['stubdomain_cmdline', text],
    ['stubdomain_ramdisk', text],
    ['device_model_override', text, 'device_model'],
    ['device_model_user', text],
    ['device_model_args', texts, 'extra'],
    ['device_model_args_pv', texts, 'extra_pv'],
    ['device_model_args_hvm', texts, 'extra_hvm'],
    ['max_event_channels', count, 'event_channels'],
    ['tee', sameWords('optee')],
    ['altp2m', sameWords('mixed', 'external', 'limited')],
    ['vmtrace_buf_kb', count],
    ['vpmu', bool],
  ]),
  ...places('b_info', WITH_HVM_PARTS, [['nestedhvm', bool, 'nested_hvm']]),
  ...places('b_info', HVM, [
    ['acpi', bool],
    ['apic', bool],
    ['timer_mode', TIMER_MODE],
    ['dm_restrict', bool],
  ]),
  ...places('sched_params', undefined, [
    ['period', number],
    ['extratime', number],
    ['slice', number],
    ['latency', number],
  ]),
  ...places('type.hvm', HVM, [
    ['firmware_override', text, 'firmware'],
    ['bios', oneWay(sameWords('rombios', 'seabios', 'ovmf'))],
    ['pae', bool],
    ['acpi_s3', bool],
    ['acpi_s4', bool],
    ['acpi_laptop_slate', bool],
    ['nx', bool],
    ['viridian', numberedBool],
    ['hpet', bool],
    ['vpt_align', bool],
    ['mmio_hole', mebibytes, 'mmio_hole_memkb'],
    ['altp2mhvm', bool, 'altp2m'],
    ['bios_path_override', text, 'system_firmware'],
    ['smbios_firmware', text],
    ['acpi_firmware', text],
    ['hdtype', sameWords('ahci')],
    ['nographic', bool],
    ['gfx_passthru', words({ '1': 'True', '0': 'False' }, { igd: 'True' })],
    ['gfx_passthru', sameWords('igd'), 'gfx_passthru_kind'],
    ['serial', text],
    ['serial', texts, 'serial_list'],
    ['boot', text],
    ['usb', bool],
    ['usbversion', count],
    ['usbdevice', text],
    ['usbdevice', texts, 'usbdevice_list'],
    ['vkb_device', bool],
    ['soundhw', text],
    ['xen_platform_pci', bool],
    ['vendor_device', sameWords('xenserver')],
    ['rdm_mem_boundary', mebibytes, 'rdm_mem_boundary_memkb'],
  ]),
  ...places('vga', HVM, [
    ['stdvga', oneWay(words({ true: 'std', false: 'cirrus' })), 'kind'],
    ['vga', words({ stdvga: 'std', cirrus: 'cirrus', none: 'none', qxl: 'qxl' }), 'kind'],
  ]),
  ...places('spice', HVM, [
    ['spice', bool, 'enable'],
    ['spiceport', count, 'port'],
    ['spicetls_port', count, 'tls_port'],
    ['spicehost', text, 'host'],
    ['spicedisable_ticketing', bool, 'disable_ticketing'],
    ['spicepasswd', text, 'passwd'],
    ['spiceagent_mouse', bool, 'agent_mouse'],
    ['spicevdagent', bool, 'vdagent'],
    ['spice_clipboard_sharing', bool, 'clipboard_sharing'],
    ['spiceusbredirection', count, 'usbredirection'],
    ['spice_image_compression', text, 'image_compression'],
    ['spice_streaming_video', text, 'streaming_video'],
  ]),
  ...places('type.pv', ['pv'], [['e820_host', bool]]),
  ...places(
    'type.pvh',
    ['pvh'],
    [
      ['pvshim_path', text],
      ['pvshim_cmdline', text],
      ['pvshim_extra', text],
    ],
  ),
  ...places('arch_arm', undefined, [
    ['gic_version', sameWords('v2', 'v3')],
    ['vuart', sameWords('sbsa_uart')],
  ]),
  ...places('arch_x86', undefined, [['msr_relaxed', bool]]),
];

/** The members of one structure that keys without effect here stand for. */
export function keptMembers(name: Structure, { type, kept }: DomainConfig): Members {
  const members: Record<string, Json> = {};
  for (const { key, member, codec } of placesIn(name, type)) {
    const value = kept[key];
    const there = value === undefined ? undefined : codec.there(value);
    if (there !== undefined) members[member] = there;
  }
  return members;
}

/** The keys that the members of one structure stand for. */
export function keptKeys(
  name: Structure,
  type: DomainType,
  members: Readonly<Record<string, unknown>> | undefined = {},
): Record<string, Json> {
  const kept: Record<string, Json> = {};
  for (const { key, member, codec } of placesIn(name, type)) {
    const there = members[member];
    const value = there === undefined ? undefined : codec.back(there);
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

function placesIn(name: Structure, type: DomainType): readonly Place[] {
  return PLACES.filter(
    ({ structure, types }) => structure === name && (types?.includes(type) ?? true),
  );
}

/** Members are called as their keys where nothing else is said. */
function places(
  structure: Structure,
  types: readonly DomainType[] | undefined,
  rows: readonly Row[],
): Place[] {
  return rows.map(([key, codec, member = key]) => ({
    ...{ key, structure, member, codec },
    ...(types === undefined ? {} : { types }),
  }));
}
