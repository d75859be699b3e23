import { once } from 'node:events';
import { type PlannedStep, ToolstackError } from '../model/index.js';
import { stepLabel } from './handler.js';

/** `before`: journalled as started, not yet done. `after`: done, not yet journalled as done. */
export type FaultPoint = 'before' | 'after';
export type FaultAction = 'kill' | 'fail' | 'stall';

interface Fault {
  readonly step: string;
  readonly point: FaultPoint;
  readonly action: FaultAction;
}

/** What goes wrong on purpose, for tests of recovery. */
export class Faults {
  readonly #faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  /**
   * Lets happen what was planned for this point of this step: the process is killed, an EIO is
   * thrown, or nothing goes on until `signal` aborts, whose reason is then thrown.
   */
  async at(step: PlannedStep, point: FaultPoint, signal: AbortSignal): Promise<void> {
    const fault = this.#faults.find(
      (one) => one.point === point && (one.step === step.name || one.step === stepLabel(step)),
    );
    if (fault === undefined) return;
    switch (fault.action) {
      case 'kill':
        process.kill(process.pid, 'SIGKILL');
        return;
      case 'fail':
        throw new ToolstackError('EIO', `A fault was injected ${point} step ${stepLabel(step)}`);
      case 'stall':
        if (!signal.aborted) await once(signal, 'abort');
        throw signal.reason;
    }
  }
}

export const NO_FAULTS = new Faults([]);

const GRAMMAR = 'Write STEP[:before|after]=kill|fail|stall, several of them separated by commas.';

/**
 * Reads `STEP[:before|after]=kill|fail|stall`, several separated by commas; `before` when the point
 * is left out. STEP is a step's name, or its name and subject: `attach vbd 51712`.
 *
 * @param knownSteps when given, other step names are refused: such a fault would never happen
 * @throws ToolstackError EINVAL
 */
export function parseFaults(text: string, knownSteps?: Iterable<string>): Faults {
  const known = knownSteps === undefined ? undefined : [...knownSteps];
  const parts = text.split(',').map((part) => part.trim());
  return new Faults(parts.filter((part) => part !== '').map((part) => parseFault(part, known)));
}

function parseFault(text: string, known: readonly string[] | undefined): Fault {
  const match = /^([^:=]+)(?::(before|after))?=(kill|fail|stall)$/.exec(text);
  const step = match?.[1]?.trim();
  if (match === null || step === undefined) {
    throw new ToolstackError('EINVAL', `"${text}" is not a fault`, { suggestions: [GRAMMAR] });
  }
  if (known !== undefined && !known.some((name) => step === name || step.startsWith(`${name} `))) {
    throw new ToolstackError('EINVAL', `"${text}": there is no step "${step}"`, {
      suggestions: [`The steps are ${known.join(', ')}.`],
    });
  }
  return {
    step,
    point: match[2] === 'after' ? 'after' : 'before',
    action: match[3] as FaultAction,
  };
}
