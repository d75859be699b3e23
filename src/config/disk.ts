import { type Atom, positionInside } from './grammar.js';
import { didYouMean } from './nearest.js';
import { configError } from './position.js';
import { scriptPath } from './script-path.js';
import { parseVdev } from './vdev.js';

export const DISK_FORMATS = ['raw', 'qcow', 'qcow2', 'vhd', 'qed', 'empty'] as const;
export const DISK_BACKEND_TYPES = ['phy', 'qdisk', 'standalone'] as const;
export const DISK_SPECIFICATIONS = ['xen', 'virtio'] as const;

/** The hotplug script of disks that name none. */
export const DEFAULT_DISK_SCRIPT = scriptPath('block');

// Type aliases, not interfaces: only those are assignable to JsonObject, and so to a journal.
/** A disk as xl-disk-configuration(5) describes it, defaults filled in. */
export type DiskConfig = {
  /** As it was written: `xvda`. */
  readonly vdev: string;
  /** Its number in XenStore (xen-vbd-interface(7)). */
  readonly devid: number;
  /** Path or, with a script of its own, what that script understands; absent in an empty drive. */
  readonly target?: string;
  readonly format: (typeof DISK_FORMATS)[number];
  readonly mode: 'r' | 'w';
  readonly deviceType: 'disk' | 'cdrom';
  /** Name or domid of the driver domain; domain 0 when absent. */
  readonly backendDomain?: string;
  /** To be found out from the target when absent. */
  readonly backendType?: (typeof DISK_BACKEND_TYPES)[number];
  /** Absolute path of the hotplug script. */
  readonly script: string;
  readonly specification: (typeof DISK_SPECIFICATIONS)[number];
  readonly directIoSafe: boolean;
  readonly discard: boolean;
  readonly trusted: boolean;
};

type Named = 'target' | 'format' | 'vdev' | 'access' | 'devtype' | 'backend' | 'backendtype';
type Parameter = Named | 'script' | 'specification' | 'discard' | 'trusted' | 'direct-io-safe';

const PARAMETERS = new Set<string>([
  'format',
  'vdev',
  'access',
  'devtype',
  'backend',
  'backendtype',
  'script',
  'specification',
]);
const FLAGS: Readonly<Record<string, readonly [Parameter, string]>> = {
  cdrom: ['devtype', 'cdrom'],
  'direct-io-safe': ['direct-io-safe', 'yes'],
  discard: ['discard', 'yes'],
  'no-discard': ['discard', 'no'],
  trusted: ['trusted', 'yes'],
  untrusted: ['trusted', 'no'],
};
const FORMAT_PREFIX = /^(?:raw|qcow2?|vhd)$/;
const SCRIPT_PREFIX = /^(?:iscsi|e?nbd|drbd)$/;
const IGNORED_PREFIX = /^(?:tapdisk|tap2?|aio|ioemu|file|phy)$/;

/**
 * Reads one item of `disk = [ … ]`: parameters by position (target, format, vdev, access), by name,
 * flags, and xend's prefixes (`phy:`, `file:` …) and `vdev:cdrom`. `target=` takes all the rest.
 *
 * @throws ToolstackError config-invalid, at the parameter in question
 */
export function parseDisk(spec: Atom): DiskConfig {
  return new DiskParser(spec).parse();
}

class DiskParser {
  readonly #spec: Atom;
  readonly #values = new Map<Parameter, { readonly value: string; readonly offset: number }>();
  #hadPrefix = false;

  constructor(spec: Atom) {
    this.#spec = spec;
  }

  parse(): DiskConfig {
    const { text } = this.#spec;
    let offset = 0;
    for (;;) {
      offset += /^\s*/.exec(text.slice(offset))?.[0].length ?? 0;
      const rest = text.slice(offset);
      if (rest === '') return this.#disk();
      if (rest.startsWith('target=')) {
        this.#set('target', rest.slice('target='.length).replace(/,$/, ''), offset);
        return this.#disk();
      }
      const prefix = /^([a-z][a-z0-9]*):(?![a-z0-9])/.exec(rest)?.[1] ?? knownPrefix(rest);
      if (prefix !== undefined) {
        this.#prefix(prefix, offset);
        offset += prefix.length + 1;
        continue;
      }
      const comma = rest.indexOf(',');
      const parameter = comma === -1 ? rest : rest.slice(0, comma);
      this.#parameter(parameter, offset);
      offset += parameter.length + 1;
    }
  }

  #prefix(prefix: string, offset: number): void {
    if (FORMAT_PREFIX.test(prefix)) this.#set('format', prefix, offset);
    else if (SCRIPT_PREFIX.test(prefix)) this.#set('script', `block-${prefix}`, offset);
    else if (!IGNORED_PREFIX.test(prefix)) {
      throw this.#error(
        offset,
        `unknown disk prefix "${prefix}:"`,
        'Give a target that contains a colon as the last parameter, with target=.',
      );
    }
    this.#hadPrefix = true;
  }

  #parameter(text: string, offset: number): void {
    const flag = Object.hasOwn(FLAGS, text) ? FLAGS[text] : undefined;
    if (flag !== undefined) {
      this.#set(flag[0], flag[1], offset);
      return;
    }
    if (text === 'colo' || /^(?:colo-[a-z]+|active-disk|hidden-disk)=/.test(text)) {
      throw this.#error(offset, 'COLO is not supported', 'Take the colo parameters out.');
    }
    if (text === 'no-colo') return;
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(equals, 0));
    if (equals === -1) {
      this.#positional(text, offset);
      return;
    }
    if (PARAMETERS.has(name)) {
      this.#set(name as Parameter, text.slice(equals + 1), offset);
      return;
    }
    throw this.#error(
      offset,
      `unknown disk parameter "${name}"${didYouMean(name, [...PARAMETERS, 'target'])}`,
      'Give a target that contains "=" as the last parameter, with target=.',
    );
  }

  #positional(text: string, offset: number): void {
    if (!this.#values.has('target')) {
      this.#set('target', text, offset);
    } else if (!this.#hadPrefix && !this.#values.has('format')) {
      // xend wrote an empty drive as `,hdc:cdrom,r`: no target, no format.
      const emptyDrive =
        this.#values.get('target')?.value === '' && this.#vdevWithType(text, offset);
      this.#set('format', emptyDrive ? 'empty' : text || 'raw', offset);
    } else if (!this.#values.has('vdev')) {
      if (!this.#vdevWithType(text, offset)) this.#set('vdev', text, offset);
    } else if (!this.#values.has('access')) {
      this.#set('access', text, offset);
    } else {
      throw this.#error(
        offset,
        `${JSON.stringify(text)} is one parameter too many`,
        'The positional parameters are target, format, vdev and access.',
      );
    }
  }

  #vdevWithType(text: string, offset: number): boolean {
    const colon = text.lastIndexOf(':');
    if (colon === -1) return false;
    this.#set('vdev', text.slice(0, colon), offset);
    this.#set('devtype', text.slice(colon + 1), offset + colon + 1);
    return true;
  }

  #set(name: Parameter, value: string, offset: number): void {
    const earlier = this.#values.get(name)?.value ?? '';
    if (earlier !== '' && value !== '' && earlier !== value) {
      throw this.#error(offset, `${name} is "${earlier}" already and cannot be "${value}" as well`);
    }
    this.#values.set(name, { value: value === '' ? earlier : value, offset });
  }

  #disk(): DiskConfig {
    const { vdev, devid } = this.#vdev();
    const cdrom = this.#choice('devtype', ['disk', 'cdrom']) === 'cdrom';
    const target = this.#text('target');
    const format = this.#choice('format', DISK_FORMATS) ?? 'raw';
    const access = this.#choice('access', ['r', 'ro', 'w', 'rw']) ?? 'rw';
    const backendDomain = this.#text('backend');
    const script = this.#text('script');
    if (!cdrom && (target === undefined || format === 'empty')) {
      throw this.#error(
        0,
        `disk ${vdev} has no target, and only a cdrom can be empty`,
        'Name the block device or image as the first parameter, or add "cdrom".',
      );
    }
    // Xen has no blktap any more; xl takes the word and then fails to attach the disk.
    const backendType = this.#choice('backendtype', DISK_BACKEND_TYPES);
    const mode = cdrom || access === 'r' || access === 'ro' ? 'r' : 'w';
    return {
      vdev,
      devid,
      ...(target === undefined ? {} : { target }),
      format: target === undefined ? 'empty' : format,
      mode,
      deviceType: cdrom ? 'cdrom' : 'disk',
      ...(backendDomain === undefined ? {} : { backendDomain }),
      ...(backendType === undefined ? {} : { backendType }),
      script: script === undefined ? DEFAULT_DISK_SCRIPT : scriptPath(script),
      specification: this.#choice('specification', DISK_SPECIFICATIONS) ?? 'xen',
      directIoSafe: this.#text('direct-io-safe') === 'yes',
      discard: (this.#text('discard') ?? (mode === 'w' ? 'yes' : 'no')) === 'yes',
      trusted: (this.#text('trusted') ?? 'yes') === 'yes',
    };
  }

  #vdev(): { vdev: string; devid: number } {
    const vdev = this.#text('vdev');
    if (vdev === undefined) {
      throw this.#error(
        0,
        'this disk has no vdev',
        'Name the virtual device, as in "/dev/vg/guest,raw,xvda,rw".',
      );
    }
    const devid = parseVdev(vdev);
    if (devid !== undefined) return { vdev, devid };
    throw this.#error(
      this.#values.get('vdev')?.offset ?? 0,
      `"${vdev}" is no virtual device`,
      'Virtual devices are called xvda, xvda1, hdc, sda, d0p1 … (xen-vbd-interface(7)).',
    );
  }

  /** Undefined for a parameter that is empty as for one that is absent. */
  #text(name: Parameter): string | undefined {
    return this.#values.get(name)?.value || undefined;
  }

  #choice<T extends string>(name: Parameter, choices: readonly T[]): T | undefined {
    const text = this.#text(name);
    if (text === undefined) return undefined;
    const choice = choices.find((known) => known === text);
    if (choice !== undefined) return choice;
    throw this.#error(
      this.#values.get(name)?.offset ?? 0,
      `"${text}" is no value for the disk parameter ${name}`,
      `The values are ${choices.join(', ')}.`,
    );
  }

  #error(offset: number, message: string, ...suggestions: string[]): Error {
    return configError(positionInside(this.#spec, offset), message, ...suggestions);
  }
}

/** A known prefix counts even before a letter, as in `file:disk.img`. */
function knownPrefix(rest: string): string | undefined {
  const word = /^([a-z][a-z0-9]*):/.exec(rest)?.[1];
  if (word === undefined) return undefined;
  const known = [FORMAT_PREFIX, SCRIPT_PREFIX, IGNORED_PREFIX];
  return known.some((pattern) => pattern.test(word)) ? word : undefined;
}
