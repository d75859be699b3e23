import { expect, test } from 'vitest';
import type { AuditReport, Finding } from '../../src/model/index.js';
import { renderFsck, renderRepaired } from '../../src/render/fsck.js';

const REPAIRABLE: Finding = {
  code: 'orphan-home',
  severity: 'error',
  path: '/local/domain/77/a\u001b',
  what: 'there is no domain 77, but it has keys of its own',
  why: 'A host that lost power leaves such keys.',
  repair: { edits: [], conditions: [] },
};
const FOR_A_PERSON: Finding = {
  code: 'wrong-value',
  severity: 'warning',
  path: '/local/domain/2/memory/target',
  what: 'the value is "zzz", and should be a size',
  why: 'Somebody other than a toolstack has written it.',
  suggestion: 'Write what it should be.',
};

function report(...findings: Finding[]): AuditReport {
  return { findings, leftAlone: [], domains: 2, keys: 100 };
}

test('a report ends with how much there is to be done, and by whom', () => {
  const last = (text: string) => text.trimEnd().split('\n').at(-1);
  expect(last(renderFsck(report(REPAIRABLE, FOR_A_PERSON)))).toBe(
    '2 findings in 100 keys of 2 domains, 1 of them for --fix.',
  );
  expect(last(renderFsck(report(FOR_A_PERSON)))).toBe(
    '1 finding in 100 keys of 2 domains, none of them for --fix.',
  );
});

test('what was repaired is told, and only that', () => {
  const before = report(REPAIRABLE, FOR_A_PERSON);
  expect(renderRepaired(before, report(FOR_A_PERSON))).toBe(
    'Repaired: orphan-home /local/domain/77/a\\x1b\n',
  );
  expect(renderRepaired(before, before)).toBe('');
});
