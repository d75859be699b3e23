import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const END_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 5;

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** The processes that live in a state directory, as their environment says (proc(5)). */
export function processesOf(stateDir: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) =>
      readOfProcess(pid, 'environ').split('\0').includes(`DOMOVOI_STATE_DIR=${stateDir}`),
    )
    .map((pid) => ({
      pid: Number(pid),
      command: readOfProcess(pid, 'cmdline').replaceAll('\0', ' '),
    }));
}

/** The end of a process that is no child of ours: nothing tells of it, so it is looked for. */
export async function processEnd(stateDir: string, pid: number): Promise<void> {
  const isThere = () => processesOf(stateDir).some((each) => each.pid === pid);
  if (!(await becomesFalse(isThere))) throw new Error(`process ${pid} does not end`);
}

/** The processes of a state directory that do not end by themselves, of those that should. */
export async function lastingProcesses(stateDir: string): Promise<FoundProcess[]> {
  await becomesFalse(() => processesOf(stateDir).length > 0);
  return processesOf(stateDir);
}

/** False when it did not in ten seconds. */
export function becomesTrue(condition: () => boolean): Promise<boolean> {
  return becomesFalse(() => !condition());
}

async function becomesFalse(condition: () => boolean): Promise<boolean> {
  const giveUpAt = Date.now() + END_TIMEOUT_MS;
  while (condition()) {
    if (Date.now() > giveUpAt) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}

/** Empty for what has ended meanwhile, is a zombie, or is not ours. */
function readOfProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
