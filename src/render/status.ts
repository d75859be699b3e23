import type { DaemonStatus, MachineStatus } from '../model/index.js';
import { escapeText } from './escape.js';
import { localTime } from './time.js';

/** What `machine status` prints; undefined: it does not run. */
export function renderMachineStatus(status: MachineStatus | undefined, stateDir: string): string {
  if (status === undefined) return `machine: not running in ${stateDir}\n`;
  const mib = (kib: number) => `${Math.floor(kib / 1024)} MiB`;
  return (
    `machine: running in ${stateDir}\n` +
    `  pid ${status.pid}, since ${localTime(status.startedAt)}\n` +
    `  memory ${mib(status.totalMemoryKib)}, free ${mib(status.freeMemoryKib)}\n` +
    `  CPUs ${status.cpus}, domains ${status.domains}\n`
  );
}

/** What `daemon status` prints; undefined: it does not run. */
export function renderDaemonStatus(status: DaemonStatus | undefined, stateDir: string): string {
  if (status === undefined) return `daemon: not running in ${stateDir}\n`;
  const { host, operations } = status;
  return (
    `daemon: running in ${stateDir}\n` +
    `  pid ${status.pid}, version ${escapeText(status.version)}, since ${localTime(status.startedAt)}\n` +
    `  host ${host.kind} (${escapeText(host.why)})\n` +
    `  operations: ${operations.running} running, ${operations.queued} queued, ` +
    `${operations.stuck} stuck\n`
  );
}
