import { MAX_PART_BYTES } from '../../hypervisor/embedded/frames.js';
import type { HypercallName, Hypercalls, RingsJson } from '../../hypervisor/embedded/hypercalls.js';
import type { DomainRings } from '../../hypervisor/hypervisor.js';
import { DOM0, type Domid, ToolstackError } from '../../model/index.js';
import { bootGuest, softReset, wakeGuest } from '../boot.js';
import { pull } from '../guest/triggers.js';
import { type GuestMemory, PAGE_SIZE } from '../guest-memory.js';
import type { SimulatedHypervisor } from '../simulated-hypervisor.js';

export interface Answer<Result> {
  readonly result: Result;
  readonly bytes?: Uint8Array;
}

type Handler<Name extends HypercallName> = (
  params: Hypercalls[Name]['params'],
  bytes: Buffer,
) => Answer<Hypercalls[Name]['result']> | Promise<Answer<Hypercalls[Name]['result']>>;

export type Handlers = { readonly [Name in HypercallName]: Handler<Name> };

const DONE = { result: {} };
/** What fits into one reply. */
const MAX_PAGES = MAX_PART_BYTES / PAGE_SIZE;

/** What each hypercall does. Parameters have been checked by schemas.ts. */
export function makeHandlers(hypervisor: SimulatedHypervisor, stop: () => void): Handlers {
  const memoryOf = (domid: Domid): GuestMemory => hypervisor.get(domid).memory;
  return {
    status: () => {
      const { totalMemoryKib, freeMemoryKib, cpus } = hypervisor.hostInfo();
      const domains = hypervisor.domains().length - 1;
      const { startedAt } = hypervisor;
      return {
        result: { pid: process.pid, startedAt, totalMemoryKib, freeMemoryKib, cpus, domains },
      };
    },
    stop: () => {
      setImmediate(stop);
      return DONE;
    },
    hostInfo: () => ({ result: hypervisor.hostInfo() }),
    hostDetails: () => ({ result: hypervisor.hostDetails() }),
    consoleRing: (options) => ({ result: { text: hypervisor.messages.read(options) } }),
    domains: () => ({ result: hypervisor.domains() }),
    domain: ({ domid }) => ({ result: { domain: hypervisor.domain(domid) ?? null } }),
    create: (domain) => ({ result: { domid: hypervisor.createDomain(domain) } }),
    prepare: ({ domid, ...limits }) => ({ result: hypervisor.prepareDomain(domid, limits) }),
    build: async ({ domid, image }) => ({
      result: ringsJson(await bootGuest(hypervisor, domid, image)),
    }),
    pause: ({ domid }) => {
      hypervisor.pauseDomain(guestOnly(domid));
      return DONE;
    },
    unpause: ({ domid }) => {
      hypervisor.unpauseDomain(guestOnly(domid));
      return DONE;
    },
    resume: ({ domid }) => {
      hypervisor.resumeDomain(domid);
      return DONE;
    },
    destroy: ({ domid }) => {
      hypervisor.destroyDomain(guestOnly(domid));
      return DONE;
    },
    shutdown: ({ domid, reason }) => {
      hypervisor.shutdownDomain(guestOnly(domid), reason);
      return DONE;
    },
    vcpus: ({ domid }) => ({ result: hypervisor.anyDomain(domid).vcpuInfos() }),
    setVcpuAffinity: ({ domid, vcpu, affinity }) => {
      hypervisor.anyDomain(domid).vcpus.setAffinity(vcpu, affinity);
      return DONE;
    },
    scheduling: ({ domid }) => ({ result: hypervisor.anyDomain(domid).scheduling }),
    setScheduling: ({ domid, weight, cap }) => {
      const domain = hypervisor.anyDomain(domid);
      const most = domain.vcpus.max * 100;
      if (cap > most) {
        throw new ToolstackError('EINVAL', `a cap of ${cap} is more than the ${most} of its vcpus`);
      }
      domain.scheduling = { weight, cap };
      return DONE;
    },
    setMaxMemory: ({ domid, size }) => {
      hypervisor.anyDomain(domid).maxMemoryKib = size;
      return DONE;
    },
    trigger: ({ domid, trigger, vcpu }) => {
      const domain = hypervisor.get(guestOnly(domid));
      domain.vcpus.check(vcpu);
      if (domain.guest !== undefined) pull(domain.guest, trigger, vcpu);
      return DONE;
    },
    setUuid: ({ domid, uuid }) => {
      hypervisor.get(guestOnly(domid)).uuid = uuid;
      return DONE;
    },
    softReset: ({ domid }) => {
      const { ports, rings } = softReset(hypervisor, domid);
      return { result: { ports, rings: ringsJson(rings) } };
    },
    logDirty: ({ domid, enable }) => {
      memoryOf(domid).logDirty(enable);
      return DONE;
    },
    takeDirty: ({ domid }) => {
      const { count, bitmap } = memoryOf(domid).takeDirty();
      return { result: { count }, bytes: bitmap };
    },
    countDirty: ({ domid }) => ({ result: { count: memoryOf(domid).dirtyCount } }),
    populated: ({ domid }) => {
      const { count, bitmap } = memoryOf(domid).populated();
      return { result: { count }, bytes: bitmap };
    },
    readPages: ({ domid }, bytes) => {
      if (bytes.length > MAX_PAGES * 4) {
        throw new ToolstackError('EINVAL', `at most ${MAX_PAGES} pages can be read at a time`);
      }
      const memory = memoryOf(domid);
      const pages = readFrameNumbers(bytes).map((frame) => memory.read(frame));
      return { result: {}, bytes: Buffer.concat(pages) };
    },
    writePages: ({ domid, count }, bytes) => {
      if (bytes.length !== count * (4 + PAGE_SIZE)) {
        throw new ToolstackError('EINVAL', `${bytes.length} bytes are not ${count} pages`);
      }
      const memory = memoryOf(domid);
      readFrameNumbers(bytes.subarray(0, count * 4)).forEach((frame, index) => {
        const start = count * 4 + index * PAGE_SIZE;
        memory.write(frame, 0, bytes.subarray(start, start + PAGE_SIZE));
      });
      return DONE;
    },
    getContext: ({ domid }) => {
      const domain = hypervisor.get(domid);
      if (domain.guest === undefined || domain.shutdown !== 'suspend') {
        throw new ToolstackError('EINVAL', `domain ${domid} is not suspended`);
      }
      return { result: domain.guest.context() };
    },
    setContext: ({ domid, context }) => ({
      result: ringsJson(wakeGuest(hypervisor, domid, context)),
    }),
    memoryDigest: ({ domid }) => ({ result: { digest: memoryOf(domid).digest() } }),
  };
}

function guestOnly(domid: Domid): Domid {
  if (domid === DOM0) throw new ToolstackError('EINVAL', 'this cannot be done to domain 0');
  return domid;
}

function ringsJson(rings: DomainRings): RingsJson {
  return { storeFrame: String(rings.storeFrame), consoleFrame: String(rings.consoleFrame) };
}

function readFrameNumbers(bytes: Buffer): number[] {
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    bytes.readUInt32LE(index * 4),
  );
}
