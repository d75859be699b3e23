import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { History } from '../../../src/history/index.js';
import {
  type JsonObject,
  type OperationEvent,
  type OperationRecord,
  type Plan,
  type PlannedStep,
  type Uuid,
  uuid,
} from '../../../src/model/index.js';
import {
  type EngineContext,
  type OperationResult,
  runPlan,
  type StepHandler,
} from '../../../src/operations/index.js';

/** A directory with a history in it, removed with it. */
export class Ground {
  readonly directory = mkdtempSync(join(tmpdir(), 'domovoi-ops-'));
  readonly file = join(this.directory, 'history.db');
  history = History.open(this.file);

  get journal() {
    return this.history.journal;
  }

  operation(id: string): OperationRecord {
    const found = this.history.queries.operations().find((one) => one.id === id);
    if (found === undefined) throw new Error(`The history has no operation ${id}`);
    return found;
  }

  reopen(): void {
    this.history.close();
    this.history = History.open(this.file);
  }

  remove(): void {
    this.history.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function newUuid(): Uuid {
  return uuid(uuidv7());
}

export function planOf(steps: readonly PlannedStep[], state: JsonObject = {}): Plan {
  return { kind: 'create', uuid: newUuid(), name: 'web1', steps, state };
}

/** Handlers that write down, in one list, which of them was called. */
export function recorded(calls: string[], steps: Readonly<Record<string, Partial<StepHandler>>>) {
  const handlers = new Map<string, StepHandler>();
  for (const [name, { do: act, undo, isDone }] of Object.entries(steps)) {
    handlers.set(name, {
      do: async (call) => {
        calls.push(`do ${name}`);
        return (await act?.(call)) ?? {};
      },
      undo: async (call) => {
        calls.push(`undo ${name}`);
        await undo?.(call);
      },
      ...(isDone === undefined
        ? {}
        : {
            isDone: async (call) => {
              calls.push(`ask ${name}`);
              return isDone(call);
            },
          }),
    });
  }
  return handlers;
}

export interface Ran {
  readonly result: OperationResult;
  readonly events: readonly OperationEvent[];
}

export async function run(context: EngineContext, plan: Plan, cancel?: AbortSignal): Promise<Ran> {
  const events: OperationEvent[] = [];
  const result = await runPlan(context, {
    id: uuidv7(),
    plan,
    requestedBy: 'root: domovoi create web1.cfg',
    emit: (event) => events.push(event),
    ...(cancel === undefined ? {} : { cancel }),
  });
  return { result, events };
}
