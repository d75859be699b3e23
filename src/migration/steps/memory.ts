import { domidIn, type Host, numberIn } from '../../domain/index.js';
import type { PrecopyRound } from '../../hypervisor/hypervisor.js';
import { type JsonObject, type Progress, ToolstackError } from '../../model/index.js';
import type { StepCall, StepHandler } from '../../operations/index.js';
import { assess, DEFAULT_PRECOPY_POLICY, type PrecopyPolicy } from '../convergence.js';
import type { MigrationOptions } from '../plan.js';
import { Transfer } from '../transfer.js';

const TRANSFER = 'transfer';
const MS_PER_S = 1000;
const TELL_EVERY_MS = 100;

/** Sends memory while the guest runs, until it is worth suspending it. */
export function precopy(host: Host): StepHandler {
  return {
    async do(call) {
      const transfer = startTransfer(host, call);
      call.scratch.set(TRANSFER, transfer);
      await transfer.readyToSuspend;
      // Both sides hash what they have now, so that after the suspension only the rest is left.
      await Promise.all([digest(host, call.state, 'domid'), digest(host, call.state, 'newDomid')]);
    },
    async undo(call) {
      await abandon(call);
      const domid = domidIn(call.state, 'domid');
      if ((await host.hypervisor.domain(domid)) !== undefined)
        await host.hypervisor.abandonSave(domid);
    },
  };
}

/** Sends what was written since the last round, and the vcpus. */
export function stopAndCopy(): StepHandler {
  return {
    async do(call) {
      const transfer = call.scratch.get(TRANSFER);
      if (!(transfer instanceof Transfer)) {
        throw new ToolstackError('internal', 'there is no transfer to go on with');
      }
      transfer.confirmSuspended();
      const { saved, rings } = await transfer.arrived;
      return {
        rounds: saved.rounds,
        sentPages: saved.sentPages,
        storeFrame: String(rings.storeFrame),
        consoleFrame: String(rings.consoleFrame),
      };
    },
    undo: abandon,
  };
}

/** Compares the two memories, page by page, while neither side runs. */
export function verifyMemory(host: Host): StepHandler {
  return {
    async do({ state }) {
      const [source, destination] = await Promise.all([
        digest(host, state, 'domid'),
        digest(host, state, 'newDomid'),
      ]);
      if (source !== destination) {
        throw new ToolstackError('EIO', 'the memory that arrived is not the memory that was sent');
      }
      return source === undefined ? undefined : { memoryDigest: source };
    },
  };
}

function digest(host: Host, state: JsonObject, key: string): Promise<string | undefined> {
  return host.hypervisor.memoryDigest(domidIn(state, key));
}

async function abandon({ scratch }: StepCall): Promise<void> {
  const transfer = scratch.get(TRANSFER);
  if (transfer instanceof Transfer) {
    await transfer.abandon(new ToolstackError('cancelled', 'the migration is being undone'));
  }
}

function startTransfer(host: Host, call: StepCall): Transfer {
  const { state, signal } = call;
  const options = optionsIn(state);
  const policy: PrecopyPolicy = {
    ...DEFAULT_PRECOPY_POLICY,
    ...(options.maxDowntimeMs === undefined ? {} : { maxDowntimeMs: options.maxDowntimeMs }),
  };
  const rounds: PrecopyRound[] = [];
  let roundStartedAt = performance.now();
  let toldAt = 0;
  let phase: Progress['phase'] = 'pre-copy';
  return new Transfer({
    hypervisor: host.hypervisor,
    source: domidIn(state, 'domid'),
    destination: domidIn(state, 'newDomid'),
    ports: { storePort: numberIn(state, 'storePort'), consolePort: numberIn(state, 'consolePort') },
    bandwidthKib: options.bandwidthKib,
    signal,
    decide(round) {
      rounds.push(round);
      roundStartedAt = performance.now();
      const { decision, sendRate, dirtyRate, predictedDowntimeMs } = assess(rounds, policy);
      call.progress({
        kind: 'memory',
        phase,
        round: round.round,
        roundOver: true,
        sentPages: round.sentPages,
        remainingPages: round.dirtyPages,
        sendRate,
        dirtyRate,
        predictedDowntimeMs,
      });
      if (decision === 'stop-and-copy') phase = 'stop-and-copy';
      return decision;
    },
    onProgress(round, sentPages, totalPages) {
      const now = performance.now();
      if (now - toldAt < TELL_EVERY_MS) return;
      toldAt = now;
      const elapsedS = Math.max((now - roundStartedAt) / MS_PER_S, 0.001);
      call.progress({
        kind: 'memory',
        phase,
        round,
        roundOver: false,
        sentPages,
        remainingPages: totalPages - sentPages,
        sendRate: sentPages / elapsedS,
      });
    },
  });
}

function optionsIn(state: JsonObject): MigrationOptions {
  return (state.options ?? {}) as MigrationOptions;
}
