import { XenbusState } from '../model/index.js';
import { backEndPath, type DeviceAddress, frontEndPath } from './device.js';
import { type Key, type KeyTable, keysOf } from './key.js';

/*
 * What the halves of all devices have.
 */

export interface DeviceFacts {
  readonly address: DeviceAddress;
  /** What the domain is called, where that is to be written into its back ends. */
  readonly domainName?: string;
}

const INITIALISING = (): string => String(XenbusState.initialising);

/** A front end's keys: the guest's own. */
export function frontKeys<F extends DeviceFacts>(common: Partial<Key<F>> = {}) {
  return keysOf<F>('front-end', { life: 'device', ...common });
}

/** A back end's keys. A front end's that only the toolstack writes are kept from the guest alike. */
export function backKeys<F extends DeviceFacts>(common: Partial<Key<F>> = {}) {
  return keysOf<F>('back-end', { life: 'device', ...common });
}

const front = frontKeys();
const back = backKeys();

export const FRONT_HEAD: KeyTable<DeviceFacts> = [
  front('', 'directory', 'the front end', () => ''),
  front('backend', 'path', 'the back end', ({ address }) => backEndPath(address)),
  front('backend-id', 'domid', "the back end's domain", ({ address }) =>
    String(address.backendDomid),
  ),
  front('state', 'state', 'how far the front end is', INITIALISING),
];

export const BACK_HEAD: KeyTable<DeviceFacts> = [
  back('', 'directory', 'the back end', () => ''),
  back('frontend', 'path', 'the front end', ({ address }) => frontEndPath(address)),
  back('frontend-id', 'domid', 'the guest', ({ address }) => String(address.domid)),
  back('online', 'bit', '1 while the device is wanted, 0 from detach on', () => '1'),
  back('state', 'state', 'how far the back end is', INITIALISING),
  back('domain', 'name', "the guest's name", ({ domainName }) => domainName, { source: 'manual' }),
];

const script = backKeys<never>({ source: 'xen', writer: 'hotplug script', life: 'hotplug' });
const driver = backKeys<never>({ source: 'xen', writer: 'back end', life: 'failure' });

/** What may appear in any back end. */
export const BACK_BY_OTHERS: KeyTable<never> = [
  script('hotplug-error', 'text', 'why the script failed', undefined, { life: 'failure' }),
  driver('error', 'text', 'why the back end gave up'),
];

/** What a guest writes when it publishes a device's single ring. */
export const RING_KEYS: KeyTable<never> = (() => {
  const ring = frontKeys<never>({ source: 'xen', writer: 'guest', life: 'connecting' });
  return [
    ring('ring-ref', 'grant', 'grant of the ring between guest and back end'),
    ring('event-channel', 'port', 'event channel of the ring between guest and back end'),
    ring('protocol', 'text', 'ABI of the ring: x86_64-abi'),
  ];
})();

/** `/libxl/<domid>/device/<kind>/<id>`: a copy of the back end's first nodes, as libxl keeps it. */
export const RECORD_HEAD: KeyTable<DeviceFacts> = (() => {
  const hidden = keysOf<DeviceFacts>('hidden', { life: 'device' });
  return [
    hidden('', 'directory', "the toolstack's record of the device", () => ''),
    hidden('frontend', 'path', 'the front end', ({ address }) => frontEndPath(address)),
    hidden('backend', 'path', 'the back end', ({ address }) => backEndPath(address)),
  ];
})();

/** The record that goes with a kind of back end. */
export function recordOf<F extends DeviceFacts>(backEnd: KeyTable<F>): KeyTable<F> {
  const copies = backEnd
    .filter(
      ({ path, source, value }) =>
        path !== '' && path !== 'frontend' && source === undefined && value !== undefined,
    )
    .map((key) => ({ ...key, access: 'hidden' as const, writer: 'toolstack' as const }));
  return [...RECORD_HEAD, ...copies];
}

export function bit(value: boolean): string {
  return value ? '1' : '0';
}
