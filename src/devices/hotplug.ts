import { type DeviceAddress, hotplugPath } from '../layout/index.js';
import { DOM0 } from '../model/index.js';

export type HotplugAction = 'add' | 'remove';

/** One call of a hotplug script. */
export interface HotplugCall {
  /** Absolute. */
  readonly script: string;
  readonly args: readonly string[];
  /** What is added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Calls hotplug scripts, on a host whose toolstack does that itself, as libxl does. */
export interface Hotplug {
  /**
   * Returns when the script has ended well. What does not end in `timeoutMs` is killed.
   * @throws ToolstackError EIO with what it said last; ETIMEDOUT; ENOENT, EACCES when it cannot be
   *   run; the signal's reason
   */
  call(call: HotplugCall, options: { timeoutMs: number; signal: AbortSignal }): Promise<void>;
}

/** What a back end says of its script: domain 0's own nodes. */
export interface ScriptNodes {
  readonly script: string;
  /** `vif` or `vif_ioemu` of a network interface. */
  readonly type?: string;
  readonly gatewayDevice?: string;
}

/** Whether the toolstack has a script to call: QEMU needs none, a driver domain calls its own. */
export function hasScript({ kind, backendDomid }: DeviceAddress): boolean {
  return (kind === 'vbd' || kind === 'vif') && backendDomid === DOM0;
}

/**
 * The calls that plug a device in or out, in order, by libxl_linux.c (get_hotplug_env,
 * libxl__hotplug_disk, libxl__hotplug_nic). An emulated interface has a second one, for QEMU's end.
 */
export function hotplugCalls(
  address: DeviceAddress,
  nodes: ScriptNodes,
  action: HotplugAction,
): HotplugCall[] {
  const { script } = nodes;
  const env = {
    script,
    XENBUS_TYPE: address.kind,
    XENBUS_PATH: hotplugPath(address),
    XENBUS_BASE_PATH: 'backend',
  };
  if (address.kind !== 'vif') return [{ script, args: [action], env }];
  const vif = `vif${address.domid}.${address.id}`;
  const isEmulated = nodes.type === 'vif_ioemu';
  const vifEnv = {
    ...env,
    netdev: nodes.gatewayDevice ?? '',
    ...(isEmulated ? { INTERFACE: `${vif}-emu` } : {}),
    vif,
  };
  const own = {
    script,
    args: [action === 'add' ? 'online' : 'offline', 'type_if=vif'],
    env: vifEnv,
  };
  return isEmulated ? [own, { script, args: [action, 'type_if=tap'], env: vifEnv }] : [own];
}
