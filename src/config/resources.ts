import { type DomainType, mibToKib } from '../model/index.js';
import { readAffinity } from './affinity.js';
import type { DomainConfig } from './domain-config.js';
import { configError } from './position.js';
import type { ConfigReader } from './reader.js';

type Memory = Pick<DomainConfig, 'memoryKib' | 'maxMemoryKib' | 'shadowMemoryKib' | 'videoRamKib'>;
type Processors = Pick<
  DomainConfig,
  'vcpus' | 'maxVcpus' | 'cpus' | 'cpusSoft' | 'cpuWeight' | 'cpuCap'
>;

/** libxl's default for a config that names neither `memory` nor `maxmem`. */
const DEFAULT_MEMORY_MIB = 32;
/** 1 PiB: beyond any host, and far from what a double cannot count in KiB. */
const MAX_MIB = 2 ** 30;
/** `HVM_MAX_VCPUS` and `MAX_VIRT_CPUS` of Xen. */
const MAX_VCPUS: Readonly<Record<DomainType, number>> = { hvm: 128, pvh: 128, pv: 8192 };

/** @throws ToolstackError config-invalid */
export function readMemory(reader: ConfigReader): Memory {
  const bounds = { min: 1, max: MAX_MIB };
  const asked = reader.number('memory', bounds);
  const most = reader.number('maxmem', bounds);
  const memory = asked ?? most ?? DEFAULT_MEMORY_MIB;
  const maxMemory = most ?? memory;
  if (maxMemory < memory) {
    throw configError(
      reader.at('maxmem'),
      `"maxmem" is ${maxMemory} MiB and "memory" ${memory} MiB: a domain cannot start with more than it may have`,
      'Raise "maxmem" or lower "memory".',
    );
  }
  const shadow = reader.number('shadow_memory', { min: 0, max: MAX_MIB });
  const videoRam = reader.number('videoram', { min: 0, max: MAX_MIB });
  return {
    memoryKib: mibToKib(memory),
    maxMemoryKib: mibToKib(maxMemory),
    ...(shadow === undefined ? {} : { shadowMemoryKib: mibToKib(shadow) }),
    ...(videoRam === undefined ? {} : { videoRamKib: mibToKib(videoRam) }),
  };
}

/** @throws ToolstackError config-invalid */
export function readProcessors(reader: ConfigReader, type: DomainType): Processors {
  const bounds = { min: 1, max: MAX_VCPUS[type] };
  const vcpus = reader.number('vcpus', bounds) ?? 1;
  const maxVcpus = reader.number('maxvcpus', bounds) ?? vcpus;
  if (maxVcpus < vcpus) {
    throw configError(
      reader.at('maxvcpus'),
      `"maxvcpus" is ${maxVcpus} and "vcpus" ${vcpus}: a domain cannot start with more than it may have`,
      'Raise "maxvcpus" or lower "vcpus".',
    );
  }
  const cpus = readAffinity(reader, 'cpus');
  const cpusSoft = readAffinity(reader, 'cpus_soft');
  const cpuWeight = reader.number('cpu_weight', { min: 1, max: 65535 });
  const cpuCap = reader.number('cap', { min: 0, max: 65535 });
  return {
    vcpus,
    maxVcpus,
    ...(cpus === undefined ? {} : { cpus }),
    ...(cpusSoft === undefined ? {} : { cpusSoft }),
    ...(cpuWeight === undefined ? {} : { cpuWeight }),
    ...(cpuCap === undefined ? {} : { cpuCap }),
  };
}
