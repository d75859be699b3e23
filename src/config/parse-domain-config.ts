import { DOM0_UUID, DOMAIN_TYPES, type DomainType, parseUuid, type Uuid } from '../model/index.js';
import { readBoot } from './boot.js';
import { readDevices } from './device-lists.js';
import { type DomainConfig, SHUTDOWN_ACTIONS } from './domain-config.js';
import { parseSettings } from './grammar.js';
import { nameProblem } from './name.js';
import { type ConfigWarning, configError } from './position.js';
import { ConfigReader } from './reader.js';
import { readMemory, readProcessors } from './resources.js';
import { mergeSettings, parseOverrides } from './settings.js';

export interface ParseOptions {
  /** The file's name, for positions. */
  readonly file: string;
  /** `key=value` arguments, read after the file. */
  readonly overrides?: readonly string[];
}

export interface ParsedConfig {
  readonly config: DomainConfig;
  /** What was noticed, in the order of the text as far as it can be told. */
  readonly warnings: readonly ConfigWarning[];
}

/**
 * Reads the text of an xl.cfg file (xl.cfg(5), Xen 4.17) and checks what can be checked without a
 * host.
 *
 * @throws ToolstackError config-invalid, with `where` as `file:line:column`
 */
export function parseDomainConfig(text: string, options: ParseOptions): ParsedConfig {
  const settings = mergeSettings([
    ...parseSettings(text, options.file),
    ...parseOverrides(options.overrides ?? []),
  ]);
  const reader = new ConfigReader(settings, options.file);
  const kept = reader.checkKeys();
  const name = readName(reader);
  const uuid = readUuid(reader);
  const type = readType(reader);
  const pool = reader.string('pool');
  const config: DomainConfig = {
    name,
    ...(uuid === undefined ? {} : { uuid }),
    type,
    ...(pool === undefined ? {} : { pool }),
    ...readMemory(reader),
    ...readProcessors(reader, type),
    ...readBoot(reader, type),
    onPoweroff: reader.choice('on_poweroff', SHUTDOWN_ACTIONS) ?? 'destroy',
    onReboot: reader.choice('on_reboot', SHUTDOWN_ACTIONS) ?? 'restart',
    onCrash: reader.choice('on_crash', SHUTDOWN_ACTIONS) ?? 'destroy',
    onWatchdog: reader.choice('on_watchdog', SHUTDOWN_ACTIONS) ?? 'destroy',
    onSoftReset: reader.choice('on_soft_reset', SHUTDOWN_ACTIONS) ?? 'soft-reset',
    nomigrate: reader.bool('nomigrate') ?? false,
    localtime: reader.bool('localtime') ?? false,
    rtcTimeOffset: reader.number('rtc_timeoffset') ?? 0,
    ...readDevices(reader, type),
    kept,
  };
  return { config, warnings: reader.warnings };
}

function readName(reader: ConfigReader): string {
  const atom = reader.atom('name');
  if (atom === undefined) {
    throw configError(reader.at('name'), 'the domain has no name', 'Set name = "…".');
  }
  const problem = nameProblem(atom.text);
  if (problem !== undefined) throw configError(atom.at, problem);
  if (/^[0-9]+$/.test(atom.text)) {
    reader.warn(
      atom.at,
      `the name "${atom.text}" is a number: commands will take it for a domid, not for this domain`,
    );
  }
  return atom.text;
}

function readUuid(reader: ConfigReader): Uuid | undefined {
  const atom = reader.atom('uuid');
  if (atom === undefined) return undefined;
  const uuid = parseUuid(atom.text);
  if (uuid === undefined) {
    throw configError(
      atom.at,
      `${JSON.stringify(atom.text)} is no UUID`,
      'Write 32 hexadecimal digits as 8-4-4-4-12 (uuidgen makes one), or leave it out for a random one.',
    );
  }
  if (uuid === DOM0_UUID) throw configError(atom.at, 'the null UUID is that of domain 0');
  return uuid;
}

const BUILDERS = ['generic', 'hvm'] as const;

/** `type`, or the deprecated `builder`; PV when both are absent, as on x86. */
function readType(reader: ConfigReader): DomainType {
  const type = reader.choice('type', DOMAIN_TYPES);
  const builder = reader.choice('builder', BUILDERS);
  if (builder === undefined) return type ?? 'pv';
  const built = builder === 'hvm' ? 'hvm' : 'pv';
  if (type !== undefined && type !== built) {
    throw configError(
      reader.at('builder'),
      `"builder" makes this a ${built} domain and "type" a ${type} domain`,
      'Take "builder" out: "type" is enough.',
    );
  }
  return built;
}
