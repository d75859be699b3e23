import type { Affinity } from '../config/index.js';
import type { Uuid } from '../model/index.js';
import type { CompleteConfig } from './facts.js';

/*
 * Values as xend wrote them, for readers of the old manual.
 */

/** What Xen takes where a configuration says nothing. */
export const DEFAULT_WEIGHT = 256;
export const DEFAULT_POOL = 'Pool-0';

/** A longer one could outgrow what one write may carry, which is 4096 bytes with its path. */
const MAX_EXPRESSION_BYTES = 2048;

/**
 * What a domain boots: `(linux (kernel /boot/vmlinuz) (args "console=hvc0"))`.
 * @returns undefined when it is too long for the store
 */
export function imageExpression(config: CompleteConfig): string | undefined {
  const { kernel, ramdisk, cmdline, type } = config;
  const items = [
    ...(kernel === undefined ? [] : [`(kernel ${atom(kernel)})`]),
    ...(ramdisk === undefined ? [] : [`(ramdisk ${atom(ramdisk)})`]),
    ...(kernel === undefined || cmdline === '' ? [] : [`(args ${atom(cmdline)})`]),
  ];
  const expression = `(${[type === 'hvm' ? 'hvm' : 'linux', ...items].join(' ')})`;
  return Buffer.byteLength(expression) <= MAX_EXPRESSION_BYTES ? expression : undefined;
}

/** As xend prints one (sxp.py): quoted where it would not be read back as one word. */
function atom(text: string): string {
  return /^[\w/.:@+=-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The bytes of a UUID as Python prints a list. */
export function handleOf(uuid: Uuid): string {
  const bytes = uuid.replaceAll('-', '').match(/../g) ?? [];
  return `[${bytes.map((byte) => parseInt(byte, 16)).join(', ')}]`;
}

/** Undefined for a domain that may run on several CPUs, or whose vcpus have one each. */
export function pinnedCpu(affinity: Affinity | undefined): string | undefined {
  return typeof affinity === 'string' && /^\d+$/.test(affinity)
    ? String(Number(affinity))
    : undefined;
}

/** The vcpus that are online at the start, bit n for vcpu n. */
export function availabilityBitmap(config: CompleteConfig): string {
  return String((1n << BigInt(config.vcpus)) - 1n);
}
