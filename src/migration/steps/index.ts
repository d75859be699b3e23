import type { Host } from '../../domain/index.js';
import type { StepHandler } from '../../operations/index.js';
import { startDestination, takeName } from './destination.js';
import { precopy, stopAndCopy, verifyMemory } from './memory.js';
import { checkMigration, go, renameAway, report } from './source.js';

/** The steps of a migration that are not those of a domain's life anyway. */
export function migrationSteps(host: Host): Map<string, StepHandler> {
  return new Map([
    ['check-migration', checkMigration(host)],
    ['precopy', precopy(host)],
    ['stop-and-copy', stopAndCopy()],
    ['verify-memory', verifyMemory(host)],
    ['rename-away', renameAway(host)],
    ['go', go()],
    ['take-name', takeName(host)],
    ['start-destination', startDestination(host)],
    ['report', report(host)],
  ]);
}
