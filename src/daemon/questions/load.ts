import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { listDevices } from '../../devices/index.js';
import { isDisk } from '../../layout/index.js';
import { ofEach } from './about-domains.js';
import type { Question } from './question.js';

export const load: Question<'load'> = {
  schema: z.object({}),
  async answer({ toolstack: { host } }) {
    const { xen, ...details } = await host.hypervisor.hostDetails();
    const domains = await ofEach(host, undefined, async (domain) => {
      const [devices, vcpus] = await Promise.all([
        listDevices(host.store, domain.domid),
        host.hypervisor.vcpus(domain.domid),
      ]);
      return {
        ...domain,
        disks: devices.filter(isDisk).length,
        vifs: devices.filter(({ kind }) => kind === 'vif').length,
        vcpuTimesNs: vcpus.map(({ cpuTimeNs }) => cpuTimeNs),
      };
    });
    return {
      atMs: performance.now(),
      xenVersion: `${xen.major}.${xen.minor}${xen.extra}`,
      cpus: details.nrCpus,
      cpuKhz: details.cpuKhz,
      totalMemoryKib: details.totalMemoryKib,
      freeMemoryKib: details.freeMemoryKib,
      domains,
    };
  },
};
