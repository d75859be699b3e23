import {
  type ErrorJson,
  errorFromJson,
  type JsonObject,
  type OperationEvent,
  type OperationKind,
  type OperationStatus,
  type PreviewLine,
  type ReplyLine,
  ToolstackError,
  type Uuid,
} from '../model/index.js';
import { EXIT_INTERRUPTED } from '../render/errors.js';
import type { ProgressPrinter } from './progress-printer.js';

/** What became of an operation that succeeded. */
export interface Outcome {
  readonly operation: string;
  readonly kind: OperationKind;
  readonly uuid: Uuid;
  readonly name: string;
  readonly state: JsonObject;
  /** What was noticed in the request, each with its place. */
  readonly warnings: readonly string[];
}

/** What would become of an operation that was only tried out. */
export interface Preview extends PreviewLine {
  readonly warnings: readonly string[];
}

/**
 * Follows an operation, or a dry run of one, to its end.
 * @param tellConfig told the config as the daemon has read it, where that was asked for
 * @throws ToolstackError what the operation failed with
 */
export async function follow(
  lines: AsyncIterable<ReplyLine>,
  printer: ProgressPrinter,
  tellConfig: (config: JsonObject) => void = () => undefined,
): Promise<Outcome | Preview> {
  const warnings: string[] = [];
  let planned: Extract<OperationEvent, { event: 'planned' }> | undefined;
  const stopListening = onInterrupt(() => {
    printer.end();
    process.stderr.write('domovoi: the operation goes on; `domovoi history` tells how it ends\n');
    process.exit(EXIT_INTERRUPTED);
  });
  try {
    for await (const line of lines) {
      printer.show(line);
      if (line.event === 'config') tellConfig(line.config);
      if (line.event === 'warning') warnings.push(`${line.where}: ${line.message}`);
      if (line.event === 'planned') planned = line;
      if (line.event === 'previewed') return { ...line, warnings };
      if (line.event === 'finished') return outcome(line, planned, warnings);
    }
    throw new ToolstackError('internal', 'the daemon ended its reply before the operation ended');
  } finally {
    stopListening();
    printer.end();
  }
}

function outcome(
  finished: Extract<OperationEvent, { event: 'finished' }>,
  planned: Extract<OperationEvent, { event: 'planned' }> | undefined,
  warnings: readonly string[],
): Outcome {
  if (finished.error !== undefined) throw failure(finished.error, finished.status);
  if (finished.status !== 'succeeded' || planned === undefined) {
    throw new ToolstackError('internal', `the operation is ${finished.status}`, {
      where: `operation ${finished.operation}`,
      suggestions: ['See `domovoi history` and the log of the daemon.'],
    });
  }
  const { kind, uuid, name } = planned;
  return { operation: finished.operation, kind, uuid, name, state: finished.state, warnings };
}

function failure(json: ErrorJson, status: OperationStatus): ToolstackError {
  if (status !== 'stuck') return errorFromJson(json);
  const suggestions = [
    ...(json.suggestions ?? []),
    'It is stuck half-way, and tried again when the daemon next starts: `domovoi daemon stop`, ' +
      'then any other command.',
  ];
  return errorFromJson({ ...json, suggestions });
}

function onInterrupt(listener: () => void): () => void {
  process.once('SIGINT', listener);
  return () => process.off('SIGINT', listener);
}
