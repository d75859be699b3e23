import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  configFromLibxl,
  type DomainConfig,
  domainConfigFromJson,
  isKnownKey,
  KEYS,
  libxlConfigWithOwn,
  startedLibxlConfig,
} from '../../src/config/index.js';
import { PLACES } from '../../src/config/libxl-json/kept-keys.js';
import { STRUCTURES } from '../../src/config/libxl-json/structures.js';
import type { Json } from '../../src/model/index.js';
import { completeConfigs } from '../layout/arbitrary.js';

const word = fc.stringMatching(/^[a-z][\w.-]{0,8}$/);
const keptKeys = Object.keys(KEYS).filter((key) => isKnownKey(key) && KEYS[key].use === 'kept');
const keptValue: fc.Arbitrary<Json> = fc.oneof(
  fc.boolean(),
  fc.integer({ min: -1, max: 70_000 }),
  fc.constantFrom('native', 'stdvga', 'none', 'igd', '1', '0', 'qemu-xen', 'mixed', 'ovmf'),
  word,
  fc.array(word, { maxLength: 3 }),
);
const screen = fc
  .tuple(
    fc.record({
      vnc: fc.boolean(),
      vncListen: fc.constantFrom('127.0.0.1', '0.0.0.0:5'),
      vncDisplay: fc.nat({ max: 99 }),
      vncUnused: fc.boolean(),
      sdl: fc.boolean(),
      opengl: fc.boolean(),
    }),
    fc.record(
      { vncPassword: word, display: word, xauthority: word, keymap: word },
      { requiredKeys: [] },
    ),
  )
  .map(([said, more]) => ({ ...said, ...more }));
const affinity = fc.oneof(
  fc.constantFrom('all', '0', '0-3,5', '1,0', '0-7,^3', 'nodes:0', ''),
  fc.array(fc.constantFrom('0', '0-1', '2,4', 'all'), { maxLength: 4 }),
);

/** All that a config may be, within what a file can say and beyond it. */
const configs: fc.Arbitrary<DomainConfig> = fc
  .tuple(
    completeConfigs,
    fc.record({
      bootloaderArgs: fc.array(word, { maxLength: 2 }),
      nomigrate: fc.boolean(),
      localtime: fc.boolean(),
      rtcTimeOffset: fc.integer(),
      kept: fc.dictionary(fc.constantFrom(...keptKeys), keptValue, { maxKeys: 6 }),
      vfbs: fc
        .array(screen, { maxLength: 2 })
        .map((screens) => screens.map((each, devid) => ({ ...each, devid }))),
    }),
    fc.record(
      {
        cpus: affinity,
        cpusSoft: affinity,
        cpuWeight: fc.integer({ min: 1, max: 65535 }),
        cpuCap: fc.nat({ max: 400 }),
        shadowMemoryKib: fc.nat(),
        pool: word,
        bootloader: word,
        firmware: fc.constantFrom('bios', 'uefi', 'ovmf', 'seabios', 'pvgrub64', '/x'),
        unsupervised: fc.constant(true),
        display: screen,
      },
      { requiredKeys: [] },
    ),
    fc.boolean(),
  )
  .map(([config, said, more, isChanged]) => {
    const whole = { ...config, ...said, ...more };
    return domainConfigFromJson(isChanged ? { ...whole, next: { ...whole, vcpus: 1 } } : whole);
  });

test('whatever a config says, it says still when it comes back from libxl’s JSON', () => {
  fc.assert(
    fc.property(configs, (config) => {
      const sent = JSON.stringify(libxlConfigWithOwn(config));
      expect(configFromLibxl(JSON.parse(sent))).toEqual(config);
    }),
    { numRuns: 500 },
  );
});

test('what comes back from libxl alone comes back unchanged from then on', () => {
  fc.assert(
    fc.property(configs, (config) => {
      const once = configFromLibxl(startedLibxlConfig(config));
      expect(configFromLibxl(startedLibxlConfig(once))).toEqual(once);
    }),
    { numRuns: 500 },
  );
});

test('each key that has a place has it in a structure that is written', () => {
  for (const { key, structure, member } of PLACES) {
    expect(KEYS[key].use).toBe('kept');
    expect(STRUCTURES[structure] as readonly string[], key).toContain(member);
  }
});
