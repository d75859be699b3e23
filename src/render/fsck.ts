import type { AuditReport, Finding, LeftAlone } from '../model/index.js';
import { type Palette, PLAIN } from './colour.js';
import { escapeText } from './escape.js';

/** A line for each finding that there was before a repair, and that is gone. */
export function renderRepaired(before: AuditReport, after: AuditReport): string {
  const left = new Set(after.findings.map(({ code, path }) => `${code} ${path}`));
  return before.findings
    .filter(({ code, path, repair }) => repair !== undefined && !left.has(`${code} ${path}`))
    .map(({ code, path }) => `Repaired: ${code} ${escapeText(path)}\n`)
    .join('');
}

/** Findings, each with what is wrong, why, and what can be done; then a sum. */
export function renderFsck(report: AuditReport, palette: Palette = PLAIN): string {
  const { findings, leftAlone, domains, keys } = report;
  const repairable = findings.filter(({ repair }) => repair !== undefined).length;
  const looked = `${count(keys, 'key')} of ${count(domains, 'domain')}`;
  const sum =
    findings.length === 0
      ? `All is well: ${looked} looked at.\n`
      : `${count(findings.length, 'finding')} in ${looked}, ${repairable === 0 ? 'none' : repairable} of them for --fix.\n`;
  return [...findings.map((each) => finding(each, palette)), ...leftAlone.map(left), sum].join('');
}

function finding({ code, path, what, why, repair, suggestion }: Finding, palette: Palette): string {
  const remedy =
    repair === undefined ? (suggestion ?? 'A person must decide.') : '--fix sets it right.';
  return [
    `${palette.heading(code)} ${escapeText(path)}\n`,
    `  ${escapeText(sentence(what))}\n`,
    `  ${why}\n`,
    `  ${remedy}\n`,
  ].join('');
}

function left({ name, kind, status, operation }: LeftAlone): string {
  return `${escapeText(name)} was left alone: its ${kind} is ${status} (operation ${operation}).\n`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
