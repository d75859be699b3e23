import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CHANGES } from '../../src/daemon/changes/index.js';
import { stepsOf } from '../../src/daemon/steps.js';
import type { Host } from '../../src/domain/index.js';
import type { OperationKind } from '../../src/model/index.js';
import { faultCases } from './helpers/fault-cases.js';
import { VERBS } from './helpers/verbs/index.js';

/** What the daemon does by itself: whoever adds to it is told here by the compiler. */
const UNASKED = { 'clean-up': true, stopped: true } as const satisfies Record<
  Exclude<OperationKind, keyof typeof CHANGES>,
  true
>;

const ALL = Object.values(VERBS).flat();

test.each([...Object.keys(CHANGES), ...Object.keys(UNASKED)])('%s is crashed in', (kind) => {
  const cases = ALL.filter((verb) => verb.kind === kind).flatMap(({ steps }) => faultCases(steps));
  expect(cases.length).toBeGreaterThanOrEqual(2);
});

test('every step that there is, is crashed in', () => {
  const tried = new Set(ALL.flatMap(({ steps }) => steps.map(({ name }) => name)));
  expect([...stepsOf({} as Host).keys()].filter((name) => !tried.has(name))).toEqual([]);
});

test.each(Object.keys(VERBS))('the verbs of %s have a test file', (name) => {
  expect(existsSync(fileURLToPath(new URL(`${name}.test.ts`, import.meta.url)))).toBe(true);
});
