import { readFileSync } from 'node:fs';
import { parseDomainConfig, type ShutdownAction } from '../../../src/config/index.js';
import {
  planAttach,
  planCreate,
  planDestroy,
  planDetach,
  planStopped,
} from '../../../src/domain/index.js';
import {
  type CompleteConfig,
  consoleDevice,
  type DeviceAddress,
} from '../../../src/layout/index.js';
import { planLocalMigration } from '../../../src/migration/index.js';
import { domid, type PlannedStep, uuid } from '../../../src/model/index.js';
import { CONFIG, DOMAIN } from './site.js';

/*
 * The steps of every operation on the example domain, from the plans themselves: a step that is
 * added to a plan is a step that is crashed in.
 */

const UUID = uuid('7d41e7c2-3ebe-480b-935a-7cc581f25e53');
const { config } = parseDomainConfig(readFileSync(CONFIG, 'utf8'), { file: CONFIG });
const complete = { ...config, uuid: UUID } as CompleteConfig;
const devices: DeviceAddress[] = [consoleDevice(domid(1), 2).address];
const leaving = { domid: domid(1), uuid: UUID, name: DOMAIN, devices };

const guest = { ...leaving, type: 'pv' as const };
const [disk] = config.disks;
const [vif] = config.vifs;
if (disk === undefined || vif === undefined) throw new Error(`${CONFIG} has no devices`);
const departing = { address: consoleDevice(domid(1), 2).address, name: 'xvdb', state: 4 };

export const STEPS = {
  'block-attach': planAttach(guest, { type: 'disk', disk }).steps,
  'block-detach': planDetach(guest, departing, false).steps,
  'block-detach --force': planDetach(guest, departing, true).steps,
  'network-attach': planAttach(guest, { type: 'vif', vif }).steps,
  'network-detach': planDetach(guest, departing, false).steps,

  create: planCreate(complete, false).steps,
  'create --paused': planCreate(complete, true).steps,
  destroy: planDestroy(leaving).steps,
  migrate: planLocalMigration(leaving, complete, {}).steps,
} as const satisfies Record<string, readonly PlannedStep[]>;

/** The steps after a crash of the example domain. */
export function stoppedSteps(action: ShutdownAction): readonly PlannedStep[] {
  const aside = { uuid: UUID, name: 'aside' };
  const verdict = { reason: 'crash' as const, action, config: complete, dumpFile: '/dump', aside };
  return planStopped(leaving, verdict).steps;
}

export interface FaultCase {
  readonly step: string;
  readonly point: 'before' | 'after';
  /** What is to become of the operation in the end. */
  readonly end: 'undone' | 'done';
  /** Whether the pivot is behind it, so that a failure leaves it to the next daemon. */
  readonly isPastPivot: boolean;
}

/** That they are done is known from the journal alone: killed right after, they are not. */
const WITHOUT_TRACE = ['go', 'record-incarnation'];

/** Every step of a plan, before and after it. */
export function faultCases(steps: readonly PlannedStep[]): FaultCase[] {
  const pivot = steps.findIndex((step) => step.pivot === true);
  return steps.flatMap(({ name: step }, index) =>
    (['before', 'after'] as const).map((point): FaultCase => {
      const isPastPivot = index > pivot;
      const isProven = index === pivot && point === 'after' && !WITHOUT_TRACE.includes(step);
      return { step, point, end: isPastPivot || isProven ? 'done' : 'undone', isPastPivot };
    }),
  );
}
