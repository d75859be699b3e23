import type { OperationEvent, PlannedStep, Progress, ReplyLine } from '../model/index.js';
import { escapeText } from './escape.js';
import { duration } from './time.js';

const PAGE_BYTES = 4096;
const MIB = 1024 * 1024;

/** What there is to say of a reply line. */
export interface Said {
  readonly text: string;
  /**
   * `fleeting`: only for a live line on a terminal; `passing`: superseded by the next line there,
   * but a line of its own elsewhere; `lasting`: stays to be read.
   */
  readonly weight: 'fleeting' | 'passing' | 'lasting';
}

/** Makes one short sentence of each reply line that is worth one; keeps count of the steps. */
export function progressTeller(): (line: ReplyLine) => Said | undefined {
  let total = 0;
  return (line) => {
    switch (line.event) {
      case 'warning':
        return lasting(`${line.where}: warning: ${line.message}`);
      case 'planned':
        total = line.steps.length;
        return undefined;
      case 'step':
        return describeStep(line, total);
      case 'progress':
        return {
          text: describeProgress(line.progress),
          weight: line.progress.roundOver ? 'passing' : 'fleeting',
        };
      case 'config':
      case 'finished':
      case 'previewed':
        // The outcome is told by whoever asked.
        return undefined;
    }
  };
}

function describeStep(
  { index, step, status, error }: Extract<OperationEvent, { event: 'step' }>,
  total: number,
): Said | undefined {
  const what = `[${index + 1}/${total}] ${stepTitle(step)}`;
  const why = error === undefined ? '' : `: ${error.message}`;
  switch (status) {
    case 'started':
      return passing(what);
    case 'done':
      return undefined;
    case 'failed':
      return lasting(`${what}: failed${why}`);
    case 'undone':
      return passing(`${what}: undone`);
    case 'undo-failed':
      return lasting(`${what}: could not be undone${why}`);
  }
}

/** `attach vbd 51712`, for a step `attach` of that subject. */
export function stepTitle(step: PlannedStep): string {
  const name = step.name.replaceAll('-', ' ');
  return step.subject === undefined ? name : `${name} ${step.subject}`;
}

/** One line, without a line feed, of what a step tells while it runs. */
export function describeProgress(progress: Progress): string {
  const { phase, round, sentPages, remainingPages, sendRate } = progress;
  const { dirtyRate, predictedDowntimeMs } = progress;
  return [
    `${phase === 'pre-copy' ? `pre-copy round ${round}` : 'stop and copy'}: ${sentPages} pages sent`,
    `${remainingPages} to go at ${mibPerSecond(sendRate)}`,
    ...(dirtyRate === undefined ? [] : [`dirtied at ${mibPerSecond(dirtyRate)}`]),
    ...(predictedDowntimeMs === undefined
      ? []
      : [`downtime would be ${duration(predictedDowntimeMs)}`]),
  ].join(', ');
}

function mibPerSecond(pagesPerSecond: number): string {
  const rate = (pagesPerSecond * PAGE_BYTES) / MIB;
  return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} MiB/s`;
}

function passing(text: string): Said {
  return { text: escapeText(text), weight: 'passing' };
}

function lasting(text: string): Said {
  return { text: escapeText(text), weight: 'lasting' };
}
