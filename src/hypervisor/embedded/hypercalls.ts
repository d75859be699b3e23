import type {
  DomainInfo,
  Domid,
  HostDetails,
  Kib,
  MachineStatus,
  SchedulingParameters,
  ShutdownReason,
  Trigger,
  Uuid,
  VcpuInfo,
} from '../../model/index.js';
import type {
  DomainImage,
  DomainLimits,
  DomainPorts,
  HostInfo,
  NewDomain,
  VcpuAffinity,
} from '../hypervisor.js';

/** What travels with a guest beside its memory; only the machine looks inside. */
export interface GuestContext {
  readonly cmdline: string;
  readonly ticks: number;
  /** State of the generator that picks which page is written next; never 0. */
  readonly random: number;
}

/** Frames of machine memory as text: they outgrow what JSON numbers hold. */
export interface RingsJson {
  readonly storeFrame: string;
  readonly consoleFrame: string;
}

interface OnDomain {
  readonly domid: Domid;
}

/**
 * The calls that the embedded machine answers on `machine/hypervisor.sock`: its hypercalls. Each
 * has JSON parameters and result; those of pages and bitmaps carry bytes beside (see frames.ts).
 */
export interface Hypercalls {
  status: { params: object; result: MachineStatus };
  /** Switches the machine off: every domain is lost. */
  stop: { params: object; result: object };
  hostInfo: { params: object; result: HostInfo };
  hostDetails: { params: object; result: HostDetails };
  consoleRing: { params: { readonly clear: boolean }; result: { readonly text: string } };
  domains: { params: object; result: readonly DomainInfo[] };
  domain: { params: OnDomain; result: { readonly domain: DomainInfo | null } };
  create: { params: NewDomain; result: { readonly domid: Domid } };
  prepare: { params: OnDomain & DomainLimits; result: DomainPorts };
  build: { params: OnDomain & { readonly image: DomainImage }; result: RingsJson };
  pause: { params: OnDomain; result: object };
  unpause: { params: OnDomain; result: object };
  resume: { params: OnDomain; result: object };
  destroy: { params: OnDomain; result: object };
  shutdown: { params: OnDomain & { readonly reason: ShutdownReason }; result: object };
  vcpus: { params: OnDomain; result: readonly VcpuInfo[] };
  setVcpuAffinity: {
    params: OnDomain & { readonly vcpu: number; readonly affinity: VcpuAffinity };
    result: object;
  };
  scheduling: { params: OnDomain; result: SchedulingParameters };
  setScheduling: { params: OnDomain & SchedulingParameters; result: object };
  setMaxMemory: { params: OnDomain & { readonly size: Kib }; result: object };
  trigger: {
    params: OnDomain & { readonly trigger: Trigger; readonly vcpu: number };
    result: object;
  };
  setUuid: { params: OnDomain & { readonly uuid: Uuid }; result: object };
  softReset: {
    params: OnDomain;
    result: { readonly ports: DomainPorts; readonly rings: RingsJson };
  };
  /** Starts or ends the recording of written pages. */
  logDirty: { params: OnDomain & { readonly enable: boolean }; result: object };
  /** Frames written since the last call, and forgets them. Reply bytes: a bitmap, least bit first. */
  takeDirty: { params: OnDomain; result: { readonly count: number } };
  countDirty: { params: OnDomain; result: { readonly count: number } };
  /** Frames that hold anything. Reply bytes: a bitmap. */
  populated: { params: OnDomain; result: { readonly count: number } };
  /** Request bytes: u32 frame numbers. Reply bytes: their pages, one after another. */
  readPages: { params: OnDomain; result: object };
  /** Request bytes: `count` u32 frame numbers, then as many pages. */
  writePages: { params: OnDomain & { readonly count: number }; result: object };
  /** Of a suspended domain only. */
  getContext: { params: OnDomain; result: GuestContext };
  setContext: { params: OnDomain & { readonly context: GuestContext }; result: RingsJson };
  memoryDigest: { params: OnDomain; result: { readonly digest: string } };
}

export type HypercallName = keyof Hypercalls;
