import { type Leaving, planDevices, planShell, removal } from '../domain/index.js';
import type { CompleteConfig } from '../layout/index.js';
import type { Plan } from '../model/index.js';

export interface MigrationOptions {
  readonly maxDowntimeMs?: number;
  /** KiB per second for pre-copy and the rest; no limit when absent. */
  readonly bandwidthKib?: number;
}

/**
 * Moves a domain to another domid of the same host, live. The destination stands complete, with
 * its devices, before the guest is suspended. `go` is the point of no return: before it the
 * source is resumed and the destination dropped, from it on the destination is finished.
 */
export function planLocalMigration(
  domain: Leaving,
  config: CompleteConfig,
  options: MigrationOptions,
): Plan {
  const { uuid, name, domid } = domain;
  return {
    kind: 'migrate',
    uuid,
    name,
    state: {
      uuid,
      name,
      domid,
      config,
      options: { ...options },
    },
    steps: [
      { name: 'check-migration' },
      ...planShell(config),
      { name: 'write-skeleton', args: { suffix: INCOMING } },
      { name: 'write-details' },
      ...planDevices(config),
      { name: 'precopy' },
      { name: 'suspend' },
      { name: 'stop-and-copy' },
      { name: 'verify-memory' },
      { name: 'write-rings' },
      { name: 'introduce' },
      { name: 'rename-away' },
      { name: 'go', pivot: true },
      { name: 'take-name' },
      { name: 'start-destination' },
      { name: 'record-incarnation', args: { cause: 'migrate' } },
      ...removal(domain),
      { name: 'record-end', args: { end: 'migrate' } },
      { name: 'report' },
    ],
  };
}

/** What xl too puts behind the name of a domain that is on its way in, or out. */
const INCOMING = '--incoming';
export const MIGRATED_AWAY = '--migratedaway';
