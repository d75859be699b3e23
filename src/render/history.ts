import type { HistoryReply, Incarnation, Json, OperationRecord } from '../model/index.js';
import { type Palette, PLAIN } from './colour.js';
import { escapeText } from './escape.js';
import { type Column, renderTable } from './table.js';
import { duration, localTime } from './time.js';

export interface HistoryOptions {
  /** Terminal cells in a line. */
  readonly width?: number;
  readonly palette?: Palette;
  /** Whether one domain was asked for: then its incarnations are shown too. */
  readonly lineage?: boolean;
}

/** The operations as a table and, for one domain, the domids it has had. */
export function renderHistory(
  history: HistoryReply,
  { width = 80, palette = PLAIN, lineage = false }: HistoryOptions = {},
): string {
  const parts = [renderOperations(history.operations, width, palette)];
  if (lineage && history.incarnations.length > 0) {
    parts.push('\n', renderLineage(history.incarnations, width, palette));
  }
  return parts.join('');
}

const OPERATION_COLUMNS: readonly Column[] = [
  { title: 'Started' },
  { title: 'Operation' },
  { title: 'Domain' },
  { title: 'Result' },
  { title: 'Took', align: 'right' },
  { title: 'Detail', flexible: true },
];

function renderOperations(
  operations: readonly OperationRecord[],
  width: number,
  palette: Palette = PLAIN,
): string {
  if (operations.length === 0) return 'No operations.\n';
  const rows = operations.map((operation) => [
    localTime(operation.startedAt ?? operation.queuedAt),
    escapeText(title(operation)),
    escapeText(operation.name),
    operation.status,
    took(operation.startedAt, operation.endedAt),
    escapeText(detail(operation)),
  ]);
  return withHeading(renderTable(OPERATION_COLUMNS, rows, width), palette);
}

const LINEAGE_COLUMNS: readonly Column[] = [
  { title: 'Epoch', align: 'right' },
  { title: 'Domid', align: 'right' },
  { title: 'Host', flexible: true },
  { title: 'From' },
  { title: 'Stayed', align: 'right' },
  { title: 'Cause' },
  { title: 'End' },
];

/** Under which domids the domain has lived, and why each came and went. */
function renderLineage(
  incarnations: readonly Incarnation[],
  width: number,
  palette: Palette = PLAIN,
): string {
  const rows = incarnations.map((incarnation) => [
    String(incarnation.epoch),
    String(incarnation.domid),
    escapeText(incarnation.host),
    localTime(incarnation.from),
    took(incarnation.from, incarnation.to),
    incarnation.cause,
    incarnation.end ?? '-',
  ]);
  return withHeading(renderTable(LINEAGE_COLUMNS, rows, width), palette);
}

function withHeading(table: string, palette: Palette): string {
  const end = table.indexOf('\n');
  return palette.heading(table.slice(0, end)) + table.slice(end);
}

function took(startedAt: number | undefined, endedAt: number | undefined): string {
  return startedAt === undefined || endedAt === undefined ? '-' : duration(endedAt - startedAt);
}

/** Its kind; of what was done about a stop, what of the configuration said so: `on_reboot`. */
function title({ kind, state }: OperationRecord): string {
  return kind === 'stopped' ? `on_${word(state.reason).replaceAll('-', '_')}` : kind;
}

/** What distinguishes this operation from others of its kind; why it failed, if it did. */
function detail({ kind, error, state }: OperationRecord): string {
  if (error !== undefined) {
    return error.where === undefined ? error.message : `${error.message} (${error.where})`;
  }
  if (kind === 'stopped') {
    const { action, domid, newDomid } = state;
    const isNew = newDomid !== undefined && newDomid !== domid;
    const where = isNew ? `${word(domid)} -> ${word(newDomid)}` : `domid ${word(domid)}`;
    return `${word(action)}, ${where}`;
  }
  if (kind === 'migrate') {
    const moved = `${word(state.domid)} -> ${word(state.newDomid)}`;
    return typeof state.downtimeMs === 'number'
      ? `${moved}, ${duration(state.downtimeMs)} down`
      : moved;
  }
  return `domid ${word(state.newDomid ?? state.domid)}`;
}

function word(value: Json | undefined): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '-';
}
