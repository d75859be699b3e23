import { CONTROL_REQUESTS } from './control-request.js';
import type { SkeletonFacts } from './facts.js';
import { type KeyTable, keysOf } from './key.js';

const EMPTY = (): string => '';
const hidden = keysOf<SkeletonFacts>('hidden');

/** `/libxl/<domid>`, where xl's commands look. */
export const LIBXL_SKELETON: KeyTable<SkeletonFacts> = [
  hidden('', 'directory', 'what libxl keeps of the domain', EMPTY),
  hidden('device', 'directory', 'directory of devices', EMPTY),
  hidden('type', ['pv', 'pvh', 'hvm'], 'the kind of guest', ({ config }) => config.type),
  hidden(
    'dm-version',
    ['qemu_xen', 'qemu_xen_traditional'],
    'which device model the domain would have',
    () => 'qemu_xen',
  ),
];

/** What is there only at times. */
export const LIBXL_AT_TIMES: KeyTable<never> = [
  hidden('control-requested', [...CONTROL_REQUESTS], 'what the guest was asked for', undefined, {
    source: 'domovoi',
    life: 'request',
  }),
  hidden(
    'remus/netbuf/<id>/ifb',
    'text',
    'the interface by which Remus holds packets back',
    undefined,
    {
      life: 'run time',
    },
  ),
];
