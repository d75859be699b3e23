import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConfigValue,
  domainConfigFromJson,
  formatVdev,
  KEYS,
  parseDomainConfig,
  parseSettings,
  parseVdev,
} from '../../src/config/index.js';
import { ToolstackError } from '../../src/model/index.js';

type Plain = string | readonly Plain[];

/** Text as a quoted string, each character in one of the ways in which it may be written. */
function quoted(text: string, quote: string, escapeAll: boolean): string {
  const encoder = new TextEncoder();
  const characters = [...text].map((char) => {
    if (!escapeAll && char !== quote && char !== '\\' && char !== '\n') return char;
    return [...encoder.encode(char)]
      .map((byte, index) =>
        index % 2 === 0
          ? `\\x${byte.toString(16).padStart(2, '0')}`
          : `\\${byte.toString(8).padStart(3, '0')}`,
      )
      .join('');
  });
  return quote + characters.join('') + quote;
}

function printed(value: Plain, quote: string, escapeAll: boolean): string {
  if (typeof value === 'string') return quoted(value, quote, escapeAll);
  return `[ ${value.map((item) => `${printed(item, quote, escapeAll)},\n`).join('')}]`;
}

function plain(value: ConfigValue): Plain {
  return value.kind === 'atom' ? value.text : value.items.map(plain);
}

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
const value = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, text, fc.array(tie('value'), { maxLength: 4 })),
})).value;

/** Pieces that get further into the parser than random characters do. */
const fragment = fc.constantFrom(
  ...['name', 'memory', 'vcpus', 'disk', 'vif', 'vfb', 'cpus', 'uuid', 'kernel', 'on_crash'],
  ...['=', '+=', '[', ']', ',', ';', '\n', ' ', '"', "'", '\\', '#', '\0', '\r', 'é', '\u{1f600}'],
  ...[
    '"x"',
    '1',
    '0x',
    '-1',
    "'phy:/dev/x,xvda,w'",
    "'rate=1Mb/s'",
    "'mac=1'",
    "'vnc=1'",
    "'^all'",
  ],
);

/** Well-formed settings of keys that are known, with values that may or may not suit them. */
const specPiece = fc.constantFrom(
  ...['phy:', 'tap:', 'target=', 'vdev=', 'format=', 'cdrom', 'hdc', 'xvda', 'raw', 'r', '/a'],
  ...['mac=', '00:16:3e:0:0:1', 'rate=', '1MB/s', '@20ms', 'devid=', 'vnc=', 'type=', 'ioemu'],
  ...['1', '0-3', '^', 'all', 'node:', '=', ':', ' ', ',', ',', 'hvm', 'restart', '-1'],
);
const spec = fc.array(specPiece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const setting = fc
  .tuple(
    fc.constantFrom(...Object.keys(KEYS)),
    fc.constantFrom('=', '=', '=', '+='),
    fc.oneof(spec, fc.array(spec, { maxLength: 3 }), value),
  )
  .map(([key, op, plainValue]) => `${key} ${op} ${printed(plainValue, '"', false)}\n`);
const knownSettings = fc
  .array(setting, { maxLength: 4 })
  .map((settings) => `name = "x"\nkernel = "k"\n${settings.join('')}`);

describe('any config', () => {
  test('a value that is printed parses back equal', () =>
    fc.assert(
      fc.property(
        value,
        fc.constantFrom('"', "'"),
        fc.boolean(),
        (printedValue, quote, escapeAll) => {
          const settings = parseSettings(`key = ${printed(printedValue, quote, escapeAll)}`, 'f');
          expect(settings.map((setting) => plain(setting.value))).toEqual([printedValue]);
        },
      ),
    ));

  const anything = fc.oneof(
    { weight: 4, arbitrary: knownSettings },
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => new TextDecoder().decode(bytes)),
    fc.array(fragment).map((parts) => parts.join('')),
    fc.array(fragment).map((parts) => `name="x";kernel="k"\n${parts.join('')}`),
  );

  test('random text parses, or fails with a place in it', () =>
    fc.assert(
      fc.property(anything, fc.array(anything, { maxLength: 2 }), (config, overrides) => {
        try {
          const parsed = parseDomainConfig(config, { file: 'f', overrides });
          const json: unknown = JSON.parse(JSON.stringify(parsed.config));
          expect(domainConfigFromJson(json)).toEqual(parsed.config);
        } catch (error) {
          if (!(error instanceof ToolstackError)) throw error;
          expect(error.code).toBe('config-invalid');
          expect(error.where).toMatch(/^(f|command line):[1-9]\d*:[1-9]\d*$/);
          expect(error.message).not.toBe('');
        }
      }),
      { numRuns: 5000 },
    ));

  test('the place of an error lies inside the text', () =>
    fc.assert(
      fc.property(
        fc.array(fragment).map((parts) => parts.join('')),
        (config) => {
          try {
            parseSettings(config, 'f');
          } catch (error) {
            if (!(error instanceof ToolstackError)) throw error;
            const [, line, column] = /^f:(\d+):(\d+)$/.exec(error.where ?? '') ?? [];
            const lines = config.split('\n');
            expect(Number(line)).toBeLessThanOrEqual(lines.length);
            expect(Number(column)).toBeLessThanOrEqual((lines[Number(line) - 1] ?? '').length + 1);
          }
        },
      ),
      { numRuns: 2000 },
    ));
});

describe('any virtual device', () => {
  const devid = fc.oneof(
    fc.nat(0x7fffffff),
    fc
      .tuple(fc.constantFrom(3, 8, 22, 202), fc.nat(255))
      .map(([major, minor]) => (major << 8) | minor),
    fc
      .tuple(fc.nat((1 << 20) - 1), fc.nat(255))
      .map(([disk, part]) => (1 << 28) | (disk << 8) | part),
  );

  test('the name of a number is a name for that number', () =>
    fc.assert(
      fc.property(devid, (number) => {
        expect(parseVdev(formatVdev(number))).toBe(number);
      }),
      { numRuns: 2000 },
    ));

  test('disk and partition give the number that xen-vbd-interface(7) says', () =>
    fc.assert(
      fc.property(fc.nat((1 << 20) - 1), fc.nat(255), (disk, part) => {
        const short = disk <= 15 && part <= 15;
        const number = short ? (202 << 8) + disk * 16 + part : 2 ** 28 + disk * 256 + part;
        expect(parseVdev(`d${disk}p${part}`)).toBe(number);
        expect(parseVdev(formatVdev(number))).toBe(number);
        expect(formatVdev(number)).toMatch(/^xvd[a-z]+/);
      }),
    ));
});
