import { readOnlineVcpus, writeCpuWeight, writeOnlineVcpus } from '../../layout/index.js';
import type { JsonObject, SchedulingParameters } from '../../model/index.js';
import type { StepHandler } from '../../operations/index.js';
import type { Host } from '../host.js';
import { isStillThere, requireThere } from '../listing.js';
import { type Pin, pinsFromConfig } from '../pins.js';
import { configIn, domidIn, numberIn, uuidIn } from '../step-state.js';

/** Tells the guest how many of its vcpus to use: `args.online` of `args.all`. */
export function setVcpus(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const subject = { domid: domidIn(state, 'domid'), uuid: uuidIn(state) };
      const count = { online: numberIn(args, 'online'), all: numberIn(args, 'all') };
      await requireThere(host, subject.domid, subject.uuid);
      await host.store.transaction((tx) => writeOnlineVcpus(tx, subject, count));
    },
    async isDone({ state, args }) {
      const domid = domidIn(state, 'domid');
      const online = await readOnlineVcpus(host.store, domid, numberIn(args, 'all'));
      return online === numberIn(args, 'online');
    },
  };
}

/** Says where vcpus may run, and should: `args.pins`; the undo restores `args.was`. */
export function pinVcpus(host: Host): StepHandler {
  return {
    do: ({ state, args }) => pin(host, state, pinsIn(args, 'pins')),
    async undo({ state, args }) {
      if (await isStillThere(host, domidIn(state, 'domid'), uuidIn(state)))
        await pin(host, state, pinsIn(args, 'was'));
    },
    async isDone({ state, args }) {
      const vcpus = await host.hypervisor.vcpus(domidIn(state, 'domid'));
      return pinsIn(args, 'pins').every(({ vcpu, hard, soft }) => {
        const now = vcpus.find((one) => one.vcpu === vcpu);
        return (
          now !== undefined && isSame(hard, now.hardAffinity) && isSame(soft, now.softAffinity)
        );
      });
    },
  };
}

/** The scheduler's weight and cap: `args.weight`, `args.cap`. */
export function setScheduling(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      await host.hypervisor.setScheduling(domidIn(state, 'domid'), parametersIn(args));
    },
    async isDone({ state, args }) {
      const now = await host.hypervisor.scheduling(domidIn(state, 'domid'));
      const wanted = parametersIn(args);
      return now.weight === wanted.weight && now.cap === wanted.cap;
    },
  };
}

/** Has the store say what the scheduler was told. */
export function noteWeight(host: Host): StepHandler {
  return {
    async do({ state, args }) {
      const domid = domidIn(state, 'domid');
      if (!(await isStillThere(host, domid, uuidIn(state)))) return;
      await host.store.transaction((tx) => writeCpuWeight(tx, domid, parametersIn(args).weight));
    },
  };
}

/** Gives a new domain the weight, the cap and the CPUs that its configuration names. */
export function scheduleStep(host: Host): StepHandler {
  return {
    async do({ state }) {
      const domid = domidIn(state, 'newDomid');
      const config = configIn(state);
      const { cpuWeight, cpuCap } = config;
      const { hypervisor } = host;
      if (cpuWeight !== undefined || cpuCap !== undefined) {
        const now = await hypervisor.scheduling(domid);
        const cap = cpuCap ?? now.cap;
        await hypervisor.setScheduling(domid, { weight: cpuWeight ?? now.weight, cap });
      }
      for (const { vcpu, ...affinity } of pinsFromConfig(config, await hypervisor.hostDetails()))
        await hypervisor.setVcpuAffinity(domid, vcpu, affinity);
    },
  };
}

async function pin(host: Host, state: JsonObject, pins: readonly Pin[]): Promise<void> {
  const domid = domidIn(state, 'domid');
  for (const { vcpu, ...affinity } of pins)
    await host.hypervisor.setVcpuAffinity(domid, vcpu, affinity);
}

function isSame(wanted: readonly number[] | undefined, now: readonly number[]): boolean {
  return wanted === undefined || wanted.join() === now.join();
}

/** Plans are ours: what they say has the shape that it was given. */
function pinsIn(args: JsonObject, key: 'pins' | 'was'): readonly Pin[] {
  return (args[key] ?? []) as unknown as readonly Pin[];
}

function parametersIn(args: JsonObject): SchedulingParameters {
  return { weight: numberIn(args, 'weight'), cap: numberIn(args, 'cap') };
}
