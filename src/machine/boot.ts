import type { GuestContext } from '../hypervisor/embedded/hypercalls.js';
import type { DomainChannels, DomainImage, DomainRings } from '../hypervisor/hypervisor.js';
import { type Domid, kibToMib, ToolstackError } from '../model/index.js';
import type { MachineDomain } from './domain.js';
import { FRAMES, LEAST_MEMORY_KIB } from './guest/frames.js';
import { Guest } from './guest/guest.js';
import { checkRamdisk, readKernel } from './guest/kernel.js';
import { PAGE_SIZE } from './guest-memory.js';
import type { SimulatedHypervisor } from './simulated-hypervisor.js';

/** The domain builder: puts a kernel and its command line into a prepared domain. */
export async function bootGuest(
  hypervisor: SimulatedHypervisor,
  domid: Domid,
  image: DomainImage,
): Promise<DomainRings> {
  checkBuildable(hypervisor.get(domid));
  const kernel = await readKernel(image.kernel);
  if (image.ramdisk !== undefined) await checkRamdisk(image.ramdisk);
  // Much may have happened to the domain while the files were read.
  const domain = checkBuildable(hypervisor.get(domid));
  for (let offset = 0; offset < kernel.length; offset += PAGE_SIZE) {
    const page = kernel.subarray(offset, offset + PAGE_SIZE);
    domain.memory.write(FRAMES.kernel + offset / PAGE_SIZE, 0, page);
  }
  const cmdline = Buffer.from(image.cmdline).subarray(0, PAGE_SIZE);
  domain.memory.write(FRAMES.startInfo, 0, cmdline);
  const context: GuestContext = { cmdline: image.cmdline, ticks: 0, random: 0x9e3779b9 };
  return wake(hypervisor, domid, context, false);
}

/** Gives a domain whose memory has been restored its program back. */
export function wakeGuest(
  hypervisor: SimulatedHypervisor,
  domid: Domid,
  context: GuestContext,
): DomainRings {
  return wake(hypervisor, domid, context, true);
}

/**
 * Gives a domain that has shut down a fresh start: event channels and grants are gone, memory is
 * as it was, and a new kernel waits in it, as kexec leaves it.
 * @throws ToolstackError EINVAL when it has not shut down; ESRCH
 */
export function softReset(hypervisor: SimulatedHypervisor, domid: Domid): DomainChannels {
  const domain = hypervisor.get(domid);
  if (domain.isReset) return { ports: domain.ports, rings: ringsOf(domain) };
  if (domain.dying || domain.shutdown === undefined || domain.guest === undefined) {
    throw new ToolstackError('EINVAL', `domain ${domid} has not shut down`);
  }
  const context = domain.guest.context();
  domain.guest.stop();
  domain.grants.endAll();
  domain.setReset();
  domain.guest = new Guest(domain, hypervisor, context, false);
  hypervisor.messages.add(`d${domid}: reset`);
  return { ports: domain.allocatePorts(), rings: ringsOf(domain) };
}

function wake(
  hypervisor: SimulatedHypervisor,
  domid: Domid,
  context: GuestContext,
  resumed: boolean,
): DomainRings {
  const domain = checkBuildable(hypervisor.get(domid));
  domain.guest?.stop();
  domain.guest = new Guest(domain, hypervisor, context, resumed);
  return ringsOf(domain);
}

function ringsOf(domain: MachineDomain): DomainRings {
  return {
    storeFrame: domain.machineFrame(FRAMES.storeRing),
    consoleFrame: domain.machineFrame(FRAMES.consoleRing),
  };
}

/** @throws ToolstackError EBUSY once the domain has run; ENOMEM */
function checkBuildable(domain: MachineDomain): MachineDomain {
  if (domain.dying || domain.hasRun) {
    throw new ToolstackError('EBUSY', `domain ${domain.domid} is past being built`);
  }
  if (domain.memoryKib < LEAST_MEMORY_KIB) {
    throw new ToolstackError(
      'ENOMEM',
      `${kibToMib(domain.memoryKib)} MiB are too little for a kernel: it needs ${LEAST_MEMORY_KIB / 1024} MiB`,
      { suggestions: ['Raise memory= in the configuration.'] },
    );
  }
  return domain;
}
