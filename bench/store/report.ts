import { type Subject, subjects } from './daemons.js';
import type { Results } from './results.js';
import type { Case, Pledge, Row } from './rows.js';

export type Verdict = 'kept' | 'BROKEN' | 'not measured';

export interface Judgement {
  readonly row: string;
  readonly promise: string;
  readonly figure: number | undefined;
  readonly unit: string;
  readonly verdict: Verdict;
}

const titles: Record<Subject, string> = { ours: 'ours', c: 'C', ox: 'oxenstored' };

/** The daemons' medians for one case, a line each, and how they compare. */
export function caseLines(row: Row, { name, on }: Case, results: Results): string[] {
  const title = name === row.name ? name : `${row.name}, ${name}`;
  return [title, ...subjects.filter((subject) => on.includes(subject)).flatMap(subjectLine)];

  function subjectLine(subject: Subject): string[] {
    const median = (figure: Parameters<Results['median']>[0]) =>
      results.median(figure, subject, name) ?? Number.NaN;
    if (results.rounds(subject, name).length === 0) return [`  ${titles[subject]}: not measured`];
    const ratio = results.ratio('perSecond', ['ours', name], [subject, name]);
    const columns = [
      `  ${titles[subject].padEnd(11)}`,
      `${number(median('perSecond')).padStart(9)}/s`,
      `p50 ${number(median('p50')).padStart(7)} us`,
      `p99 ${number(median('p99')).padStart(7)} us`,
      `${number(median('resident')).padStart(4)} MB`,
    ];
    if (median('retries') > 0) columns.push(`${number(median('retries'))} retries`);
    if (subject !== 'ours' && ratio !== undefined) columns.push(`ours is ${ratio.toFixed(2)} x`);
    return [columns.join('  ')];
  }
}

export function judge(row: Row, pledge: Pledge, results: Results): Judgement {
  const figure = pledge.figure(results);
  return {
    row: row.name,
    promise: pledge.text,
    figure,
    unit: pledge.unit ?? 'x',
    verdict: verdictOf(figure, pledge.limit),
  };
}

function verdictOf(figure: number | undefined, limit: Pledge['limit']): Verdict {
  if (figure === undefined || Number.isNaN(figure)) return 'not measured';
  const isKept = 'atLeast' in limit ? figure >= limit.atLeast : figure <= limit.atMost;
  return isKept ? 'kept' : 'BROKEN';
}

/** Promise, figure and verdict, line by line. */
export function judgementLines(judgements: readonly Judgement[]): string[] {
  const width = Math.max(...judgements.map(({ promise }) => promise.length));
  return judgements.map(({ promise, figure, unit, verdict }) => {
    const text = figure === undefined ? '-' : figureText(figure, unit);
    return `${promise.padEnd(width)}  ${text.padStart(9)}  ${verdict}`;
  });
}

/** The figures in a specification, in place of those that stand there. */
export function recordIn(text: string, judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ row, promise, figure, unit, verdict }) => [
    `\`${row}\``,
    promise,
    figure === undefined ? verdict : `${figureText(figure, unit)}, ${verdict}`,
  ]);
  const table = [['row', 'promise', 'last measured'], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const lines = table.map((cells) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `| ${padded.join(' | ')} |`;
  });
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  const [begin, end] = ['<!-- figures -->', '<!-- end of figures -->'];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the specification lacks ${begin} or ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`;
}

function figureText(figure: number, unit: string): string {
  return `${figure.toFixed(unit === 'x' ? 2 : 0)} ${unit}`;
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
