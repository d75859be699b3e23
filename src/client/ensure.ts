import { ToolstackError } from '../model/index.js';
import { isNobodyListening } from '../runtime/running.js';
import type { MachineSize, ServiceName, StartResult } from '../runtime/services.js';
import type { StateDir } from '../runtime/state-dir.js';
import { type ApiClient, apiClient, QuestionCutOff } from './api-client.js';

export interface EnsureOptions {
  /** Told in one line what was started, if anything was. */
  readonly stderr: { write(text: string): unknown };
  readonly size?: MachineSize;
}

/** Starts the embedded machine and the toolstack daemon where they do not run. */
export async function ensureRunning(
  stateDir: StateDir,
  { stderr, size }: EnsureOptions,
  services: readonly ServiceName[] = ['machine', 'daemon'],
): Promise<StartResult> {
  const { SERVICE_TITLES, startMissing } = await import('../runtime/services.js');
  const result = await startMissing(stateDir, services, size);
  if (result.started.length > 0) {
    const titles = result.started.map((service) => SERVICE_TITLES[service]).join(' and ');
    stderr.write(`domovoi: started ${titles} in ${stateDir.root}\n`);
  }
  return result;
}

/**
 * Asks the daemon. Only when nobody listens on its socket, it has lost its machine, or it dies over
 * a question is anything started, and the daemon asked once more: an operation that had begun is
 * never repeated.
 */
export async function withDaemon<Reply>(
  stateDir: StateDir,
  options: EnsureOptions,
  ask: (daemon: ApiClient) => Promise<Reply>,
): Promise<Reply> {
  const daemon = apiClient(stateDir.daemonSocket);
  try {
    return await ask(daemon);
  } catch (thrown) {
    if (!isWorthStarting(thrown)) throw thrown;
    const { started } = await ensureRunning(stateDir, options);
    // Somebody else may have been quicker, unless the daemon ran all the time.
    const ranOn = started.length === 0 && !wasNotReached(thrown) && !wasCutOff(thrown);
    if (ranOn) throw thrown;
    return await ask(daemon);
  }
}

function isWorthStarting(thrown: unknown): boolean {
  const hasNoHost = thrown instanceof ToolstackError && thrown.code === 'host-lost';
  return hasNoHost || wasNotReached(thrown) || wasCutOff(thrown);
}

function wasCutOff(thrown: unknown): boolean {
  return thrown instanceof ToolstackError && thrown.cause instanceof QuestionCutOff;
}

/** Whether the daemon never heard the request: nobody listened on its socket. */
export function wasNotReached(thrown: unknown): boolean {
  return (
    thrown instanceof ToolstackError &&
    thrown.code === 'daemon-unreachable' &&
    isNobodyListening(thrown.cause)
  );
}
