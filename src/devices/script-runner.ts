import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { messageOf, ToolstackError } from '../model/index.js';
import type { Hotplug, HotplugCall } from './hotplug.js';
import { lastWords } from './last-words.js';

/** Of what a script says, the last is kept. */
const KEPT_BYTES = 4096;

/** How a process ended: `exit status 1`, `signal SIGKILL`. */
type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** Calls hotplug scripts as processes, each in a process group of its own. */
export class ScriptRunner implements Hotplug {
  readonly #env: Readonly<Record<string, string | undefined>>;

  /** @param env what scripts find in their environment beside what libxl tells them */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  async call(
    call: HotplugCall,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<void> {
    signal.throwIfAborted();
    const { script } = call;
    const child = start(call, { ...this.#env, ...call.env });
    const said = new Said(child);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child);
    }, timeoutMs);
    const onAbort = (): void => killGroup(child);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const ending = await endOf(child, script);
      signal.throwIfAborted();
      if (isLate) throw tooLate(script, timeoutMs);
      if (ending.code !== 0) throw failed(call, ending, said.last);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      said.stop();
    }
  }
}

/** @throws ToolstackError EIO for what the system takes for no program */
function start({ script, args }: HotplugCall, env: NodeJS.ProcessEnv): ChildProcess {
  try {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return spawn(script, args, { env, cwd: '/', detached: true, stdio });
  } catch (thrown) {
    throw cannotRun(script, thrown);
  }
}

/** The end of what a process writes. Only so much is kept, and nobody waits for its end. */
class Said {
  readonly #streams: readonly Readable[];
  #kept = Buffer.alloc(0);

  constructor({ stdout, stderr }: ChildProcess) {
    this.#streams = [stdout, stderr].filter((stream) => stream !== null);
    for (const stream of this.#streams) {
      stream.on('data', (bytes: Buffer) => {
        this.#kept = Buffer.concat([this.#kept, bytes]).subarray(-KEPT_BYTES);
      });
      stream.on('error', () => undefined);
    }
  }

  get last(): string | undefined {
    return lastWords(this.#kept.toString('utf8'));
  }

  stop(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}

/** @throws ToolstackError ENOENT, EACCES, EIO when it did not even begin */
function endOf(child: ChildProcess, script: string): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(cannotRun(script, error)));
    // Not `close`: what a script leaves behind may hold its streams open for ever.
    child.once('exit', (code, signal) => setImmediate(() => resolve({ code, signal })));
  });
}

/** The script and all that it started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended just now.
  }
}

function cannotRun(script: string, cause: unknown): ToolstackError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const suggestions = ['Correct script= of the device, or install the script on this host.'];
  switch (code) {
    case 'ENOENT':
      return new ToolstackError('ENOENT', `there is no hotplug script ${script}`, {
        suggestions,
        cause,
      });
    case 'EACCES':
      return new ToolstackError('EACCES', `the hotplug script ${script} is not executable`, {
        suggestions: [`Make it executable: chmod +x ${script}`],
        cause,
      });
    default:
      return new ToolstackError(
        'EIO',
        `the hotplug script ${script} cannot be run: ${messageOf(cause)}`,
        { suggestions, cause },
      );
  }
}

function tooLate(script: string, timeoutMs: number): ToolstackError {
  return new ToolstackError(
    'ETIMEDOUT',
    `the hotplug script ${script} did not end within ${timeoutMs} ms and was killed`,
    { suggestions: ['Run it by hand to see what it waits for.'] },
  );
}

function failed({ script, args }: HotplugCall, ending: Ending, said?: string): ToolstackError {
  const how = ending.signal === null ? `exit status ${ending.code}` : `signal ${ending.signal}`;
  const words = said === undefined ? '' : `: ${said}`;
  return new ToolstackError('EIO', `${script} ${args.join(' ')} ended with ${how}${words}`);
}
