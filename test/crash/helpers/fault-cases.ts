import type { PlannedStep } from '../../../src/model/index.js';
import { stepLabel } from '../../../src/operations/index.js';

export interface FaultCase {
  /** As `DOMOVOI_FAULT` has it. */
  readonly step: string;
  readonly point: 'before' | 'after';
  /** What is to become of the operation in the end. */
  readonly end: 'undone' | 'done';
  /** Whether the pivot is behind it, so that a failure leaves it to the next daemon. */
  readonly isPastPivot: boolean;
  /** What is sent cannot be taken back: it has its effect, and nobody can tell. */
  readonly isSent: boolean;
  /** Whether a failure ends only the attempt that it is part of. */
  readonly isAttempt: boolean;
}

/** That they are done is known from the journal alone: killed right after, they are not. */
const WITHOUT_TRACE = [
  'decide',
  'go',
  'note-loss',
  'record-incarnation',
  'send-sysrq',
  'send-trigger',
];

/** Every step of a plan, before and after it. */
export function faultCases(steps: readonly PlannedStep[]): FaultCase[] {
  const found = steps.findIndex((step) => step.pivot === true);
  const pivot = found === -1 ? steps.length : found;
  return steps.flatMap((step, index) =>
    (['before', 'after'] as const).map((point): FaultCase => {
      const isPastPivot = index > pivot;
      const isProven = index === pivot && point === 'after' && !WITHOUT_TRACE.includes(step.name);
      return {
        step: faultName(step, steps),
        point,
        end: isPastPivot || isProven ? 'done' : 'undone',
        isPastPivot,
        isSent: point === 'after' && step.name.startsWith('send-'),
        isAttempt: step.attempt === true,
      };
    }),
  );
}

function faultName(step: PlannedStep, all: readonly PlannedStep[]): string {
  const isOnlyOne = all.filter(({ name }) => name === step.name).length === 1;
  return isOnlyOne ? step.name : stepLabel(step);
}
