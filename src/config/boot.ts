import type { DomainType } from '../model/index.js';
import type { DomainConfig } from './domain-config.js';
import { configError } from './position.js';
import type { ConfigReader } from './reader.js';

type Boot = Pick<
  DomainConfig,
  'kernel' | 'ramdisk' | 'cmdline' | 'bootloader' | 'bootloaderArgs' | 'firmware'
>;

const PV_FIRMWARE = ['pvgrub32', 'pvgrub64'] as const;

/** @throws ToolstackError config-invalid, also where there is nothing to boot */
export function readBoot(reader: ConfigReader, type: DomainType): Boot {
  const kernel = readKernel(reader, type);
  const ramdisk = nonEmpty(reader.string('ramdisk'));
  const bootloader = nonEmpty(reader.string('bootloader'));
  const firmware =
    type === 'hvm' ? nonEmpty(reader.string('firmware')) : reader.choice('firmware', PV_FIRMWARE);
  const cmdline = readCmdline(reader);
  if (type === 'hvm') checkDirectBoot(reader, kernel, ramdisk);
  else checkSomethingBoots(reader, kernel, bootloader, firmware);
  return {
    ...(kernel === undefined ? {} : { kernel }),
    ...(ramdisk === undefined ? {} : { ramdisk }),
    cmdline,
    ...(bootloader === undefined ? {} : { bootloader }),
    bootloaderArgs: readBootloaderArgs(reader),
    ...(firmware === undefined ? {} : { firmware }),
  };
}

function readKernel(reader: ConfigReader, type: DomainType): string | undefined {
  const kernel = nonEmpty(reader.string('kernel'));
  if (type === 'hvm' && kernel !== undefined && /(?:^|\/)hvmloader$/.test(kernel)) {
    reader.warn(
      reader.at('kernel'),
      '"kernel" names hvmloader, which is firmware, and is ignored: use "firmware_override" instead',
    );
    return undefined;
  }
  return kernel;
}

/** `cmdline` stands for itself; otherwise it is put together from `root` and `extra`. */
function readCmdline(reader: ConfigReader): string {
  const cmdline = reader.string('cmdline');
  const root = reader.string('root');
  const extra = reader.string('extra');
  if (cmdline === undefined) {
    return [root === undefined ? undefined : `root=${root}`, extra]
      .filter((part) => part !== undefined)
      .join(' ');
  }
  for (const key of ['root', 'extra'] as const) {
    if (reader.string(key) !== undefined) {
      reader.warn(reader.at(key), `"${key}" is ignored, because "cmdline" is set`);
    }
  }
  return cmdline;
}

function readBootloaderArgs(reader: ConfigReader): readonly string[] {
  const value = reader.stringOrList('bootloader_args');
  if (value === undefined) return [];
  if (!('kind' in value)) return value.map((arg) => arg.text);
  reader.warn(value.at, 'a text for "bootloader_args" is deprecated: use a list of arguments');
  return value.text.split(/[ \t\n]+/).filter((arg) => arg !== '');
}

function checkDirectBoot(
  reader: ConfigReader,
  kernel: string | undefined,
  ramdisk: string | undefined,
): void {
  if (kernel !== undefined) return;
  const given = (['cmdline', 'root', 'extra'] as const).find((key) => reader.string(key));
  const stray = ramdisk === undefined ? given : 'ramdisk';
  if (stray === undefined) return;
  throw configError(
    reader.at(stray),
    `"${stray}" needs a "kernel" to go with`,
    'Name a kernel for direct boot, or take this out to boot from disk.',
  );
}

function checkSomethingBoots(
  reader: ConfigReader,
  kernel: string | undefined,
  bootloader: string | undefined,
  firmware: string | undefined,
): void {
  if (kernel !== undefined && firmware !== undefined) {
    throw configError(
      reader.at('firmware'),
      'both "kernel" and "firmware" are set',
      'Keep the one that shall boot.',
    );
  }
  if (kernel === undefined && bootloader === undefined && firmware === undefined) {
    throw configError(
      reader.at('name'),
      'there is neither a "kernel" nor a "bootloader" to boot from',
      'Set kernel = "/path/to/vmlinuz", or bootloader = "pygrub".',
    );
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
