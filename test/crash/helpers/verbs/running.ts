import {
  planMemMax,
  planMemSet,
  planPause,
  planRename,
  planResume,
  planScheduling,
  planStop,
  planSuspend,
  planSysrq,
  planTrigger,
  planUnpause,
  planVcpuPin,
  planVcpuSet,
} from '../../../../src/domain/index.js';
import { DEFAULT_SCHEDULING, kib, mibToKib } from '../../../../src/model/index.js';
import type { CrashHost } from '../crash-host.js';
import { created, NAME, running, STANDING } from './guest.js';
import { change, type Verb } from './verb.js';

const domain = NAME;
const MEMORY = { maxKib: mibToKib(32), targetKib: mibToKib(16), videoRamKib: kib(0) };
const CPUS = { maxCpuId: 3, nrNodes: 1 };
const VCPU = { hardAffinity: [0], softAffinity: [0] };
const VCPUS = [0, 1].map((vcpu) => ({ ...VCPU, vcpu })) as never;
const SUSPENDED = { ...STANDING, info: { ...STANDING.info, shutdown: 'suspend' } } as const;

const after =
  (kind: 'pause' | 'suspend') =>
  async (host: CrashHost): Promise<void> => {
    await running(host);
    await host.perform(kind, { domain });
  };

/** A guest that goes for good once it has stopped. */
const leaving = (host: CrashHost): Promise<void> => created(host, 'on_reboot="destroy"');
const ask = { hears: true, fallback: false };
const press = { hears: false, fallback: true };
/** A guest of a kind that hears no requests, only its buttons. */
const deaf = async (host: CrashHost): Promise<void> => {
  await created(host, 'on_reboot="destroy"', 'type="hvm"');
  const [, guest] = await host.hypervisor.domains();
  for (const feature of ['poweroff', 'reboot', 'suspend'])
    await host.store.write(`/local/domain/${guest?.domid}/control/feature-${feature}`, '');
};

/** What is done to a domain that stays where it is, or is asked to go. */
export const RUNNING: readonly Verb[] = [
  change('pause', { domain }, { steps: planPause(STANDING).steps, prepare: running }),
  change('unpause', { domain }, { steps: planUnpause(STANDING).steps, prepare: after('pause') }),
  change('suspend', { domain }, { steps: planSuspend(STANDING).steps, prepare: running }),
  change('resume', { domain }, { steps: planResume(SUSPENDED).steps, prepare: after('suspend') }),
  change(
    'rename',
    { domain, name: 'other' },
    { steps: planRename(STANDING, 'other').steps, prepare: running },
  ),
  change(
    'mem-set',
    { domain, kib: mibToKib(8) },
    { steps: planMemSet(STANDING, mibToKib(8), MEMORY).steps, prepare: running },
  ),
  change(
    'mem-max',
    { domain, kib: mibToKib(64) },
    { steps: planMemMax(STANDING, mibToKib(64), MEMORY).steps, prepare: running },
  ),
  change(
    'vcpu-set',
    { domain, vcpus: 1 },
    { steps: planVcpuSet(STANDING, 1, 4).steps, prepare: running },
  ),
  change(
    'vcpu-pin',
    { domain, vcpu: 'all', hard: '0-1', soft: '1' },
    {
      steps: planVcpuPin(
        STANDING,
        { vcpu: 'all', hard: '0', soft: '0' },
        { vcpus: VCPUS, host: CPUS },
      ).steps,
      prepare: running,
    },
  ),
  change(
    'sched-credit2',
    { domain, weight: 512, cap: 50 },
    {
      steps: planScheduling(STANDING, { weight: 512 }, DEFAULT_SCHEDULING).steps,
      prepare: running,
    },
  ),
  change(
    'trigger',
    { domain, trigger: 'nmi', vcpu: 0 },
    { steps: planTrigger(STANDING, 'nmi', 0).steps, prepare: running, traceless: true },
  ),
  change(
    'sysrq',
    { domain, letter: 's' },
    { steps: planSysrq(STANDING, 's').steps, prepare: running, traceless: true },
  ),
  ...(['shutdown', 'reboot'] as const).flatMap((kind) => [
    change(kind, { domain }, { steps: planStop(kind, STANDING, ask).steps, prepare: leaving }),
    change(
      kind,
      { domain, fallback: true },
      { title: `${kind} -F`, steps: planStop(kind, STANDING, press).steps, prepare: deaf },
    ),
  ]),
];
