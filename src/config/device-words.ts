import { type DomainType, ToolstackError } from '../model/index.js';
import { type DiskConfig, parseDisk } from './disk.js';
import type { Atom } from './grammar.js';
import { type ConfigWarning, formatPosition } from './position.js';
import { COMMAND_LINE } from './settings.js';
import { splitSpec } from './spec-list.js';
import { isVifParameter, parseVif, type VifSpec } from './vif.js';

/*
 * Devices as they are written on a command line: `block-attach web /dev/vg/data,raw,xvdb,rw`.
 */

/** @throws ToolstackError config-invalid, EINVAL */
export function parseDiskWords(text: string): DiskConfig {
  return parseDisk(atom(text));
}

/**
 * A card that is plugged into a running guest is a paravirtual one unless it is said, as in libxl:
 * QEMU cannot be given another.
 * @throws ToolstackError config-invalid; EINVAL for a word that xl does not know either
 */
export function parseVifWords(
  text: string,
  type: DomainType,
): { readonly vif: VifSpec; readonly warnings: readonly ConfigWarning[] } {
  const spec = atom(text);
  const items = splitSpec(spec);
  const stray = items.find(({ key }) => !isVifParameter(key));
  if (stray !== undefined) {
    const word = stray.value === undefined ? stray.key : `${stray.key}=${stray.value}`;
    throw new ToolstackError('EINVAL', `unrecognized argument \`${word}'`, {
      suggestions: ['Write key=value, as in vif= of xl.cfg: mac=… bridge=… ip=… rate=…'],
    });
  }
  const warnings: ConfigWarning[] = [];
  const isTyped = items.some(({ key }) => key === 'type');
  const vif = parseVif(spec, type, (at, message) =>
    warnings.push({ where: formatPosition(at), message }),
  );
  return { vif: isTyped ? vif : { ...vif, type: 'vif' }, warnings };
}

function atom(text: string): Atom {
  return { kind: 'atom', text, at: { file: COMMAND_LINE, line: 1, column: 1 }, lead: 0 };
}
