import { z } from 'zod';
import { MAX_PART_BYTES } from '../../hypervisor/embedded/frames.js';
import type { HypercallName, Hypercalls } from '../../hypervisor/embedded/hypercalls.js';
import {
  DOMAIN_TYPES,
  type Domid,
  FIRST_RESERVED_DOMID,
  type Kib,
  MAX_WEIGHT,
  SHUTDOWN_REASONS,
  TRIGGERS,
  type Uuid,
} from '../../model/index.js';
import { PAGE_SIZE } from '../guest-memory.js';

const domid = z
  .int()
  .min(0)
  .max(FIRST_RESERVED_DOMID - 1) as unknown as z.ZodType<Domid>;
const kib = z.int().min(0) as unknown as z.ZodType<Kib>;
const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as unknown as z.ZodType<Uuid>;
const none = z.object({});
const onDomain = z.object({ domid });
/** In KiB: a bitmap of its frames must fit into one reply. */
const maxMemory = (MAX_PART_BYTES * 8 * PAGE_SIZE) / 1024;
/** As much as fits into the page that a guest finds its command line in. */
const cmdline = z.string().max(PAGE_SIZE);
const vcpu = z.int().min(0).max(511);
const cpus = z.array(z.int().min(0)).max(4096);
const path = z.string().max(4096);

type Schemas = { readonly [Name in HypercallName]: z.ZodType<Hypercalls[Name]['params']> };

/** What a caller may send: the hypervisor believes nobody. */
export const schemas: Schemas = {
  status: none,
  stop: none,
  hostInfo: none,
  hostDetails: none,
  consoleRing: z.object({ clear: z.boolean() }),
  domains: none,
  domain: onDomain,
  create: z.object({
    uuid,
    type: z.enum(DOMAIN_TYPES),
    maxVcpus: z.int().min(1).max(512),
  }),
  prepare: z
    .object({
      domid,
      maxVcpus: z.int().min(1).max(512),
      vcpus: z.int().min(1),
      maxMemoryKib: kib,
      memoryKib: kib,
    })
    .refine(({ vcpus, maxVcpus }) => vcpus <= maxVcpus, {
      path: ['vcpus'],
      message: 'is more than maxVcpus',
    })
    .refine(({ memoryKib, maxMemoryKib }) => memoryKib <= maxMemoryKib, {
      path: ['memoryKib'],
      message: 'is more than maxMemoryKib',
    })
    .refine(({ maxMemoryKib }) => maxMemoryKib <= maxMemory, {
      path: ['maxMemoryKib'],
      message: `is more than the ${maxMemory} that a domain can have`,
    }),
  build: z.object({
    domid,
    image: z.object({
      kernel: path,
      ramdisk: path.optional(),
      cmdline,
    }) as unknown as z.ZodType<Hypercalls['build']['params']['image']>,
  }),
  pause: onDomain,
  unpause: onDomain,
  resume: onDomain,
  destroy: onDomain,
  shutdown: z.object({ domid, reason: z.enum(SHUTDOWN_REASONS) }),
  vcpus: onDomain,
  setVcpuAffinity: z.object({
    domid,
    vcpu,
    affinity: z.object({
      hard: cpus.optional(),
      soft: cpus.optional(),
    }) as unknown as z.ZodType<Hypercalls['setVcpuAffinity']['params']['affinity']>,
  }),
  scheduling: onDomain,
  setScheduling: z.object({
    domid,
    weight: z.int().min(1).max(MAX_WEIGHT),
    cap: z.int().min(0),
  }),
  setMaxMemory: z.object({ domid, size: kib }),
  trigger: z.object({ domid, trigger: z.enum(TRIGGERS), vcpu }),
  setUuid: z.object({ domid, uuid }),
  softReset: onDomain,
  logDirty: z.object({ domid, enable: z.boolean() }),
  takeDirty: onDomain,
  countDirty: onDomain,
  populated: onDomain,
  readPages: onDomain,
  writePages: z.object({ domid, count: z.int().min(1).max(4096) }),
  getContext: onDomain,
  setContext: z.object({
    domid,
    context: z.object({ cmdline, ticks: z.int().min(0), random: z.int().min(1).max(0xffff_ffff) }),
  }),
  memoryDigest: onDomain,
};
