import { DEFAULT_DEVICE_LIMITS } from '../devices/index.js';
import { type Host, type Limits, NameClaims, VncPasswords } from '../domain/index.js';
import { EmbeddedHypervisor } from '../hypervisor/embedded/embedded-hypervisor.js';
import { type Chronicle, ToolstackError } from '../model/index.js';
import type { StateDir } from '../runtime/state-dir.js';
import { XenStoreClient } from '../xenstore/client.js';
import { chooseHotplug } from './hotplug.js';
import { LOCAL_DUMP_FILES } from './local-dump-files.js';

/** As libxl waits for a guest (libxl_dom_suspend.c, libxl__domain_pvcontrol). */
const GUEST_MS = 60_000;

/**
 * Reaches the embedded machine of a state directory. `lost` resolves when it is gone.
 * @throws ToolstackError host-lost
 */
export async function connectEmbeddedHost(
  stateDir: StateDir,
  chronicle: Chronicle,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly host: Host; readonly lost: Promise<Error> }> {
  const hypervisor = await EmbeddedHypervisor.connect(stateDir.hypervisorSocket);
  const store = await XenStoreClient.connect(stateDir.storeSocket);
  const storeLost = store.closed.then(() => new Error('the connection to the store was closed'));
  const vncPasswords = new VncPasswords();
  await vncPasswords.learn(store);
  return {
    host: {
      name: 'localhost',
      hypervisor,
      store,
      chronicle,
      limits: readLimits(env),
      dumps: LOCAL_DUMP_FILES,
      names: new NameClaims(),
      vncPasswords,
      ...(await chooseHotplug(store, stateDir.storeSocket, env)),
    },
    lost: Promise.race([hypervisor.lost, storeLost]),
  };
}

/** Limits may be set by the environment, in ms, for hosts that are slower than most, and for tests. */
function readLimits(env: Readonly<Record<string, string | undefined>>): Limits {
  const ms = (variable: string, fallback: number): number => {
    const text = env[variable];
    if (text === undefined || text === '') return fallback;
    if (!/^[1-9]\d{0,8}$/.test(text)) {
      throw new ToolstackError('EINVAL', `${variable}="${text}" is not a number of milliseconds`);
    }
    return Number(text);
  };
  return {
    backendMs: ms('DOMOVOI_BACKEND_TIMEOUT_MS', DEFAULT_DEVICE_LIMITS.backendMs),
    hotplugMs: ms('DOMOVOI_HOTPLUG_TIMEOUT_MS', DEFAULT_DEVICE_LIMITS.hotplugMs),
    consoleMs: ms('DOMOVOI_CONSOLE_TIMEOUT_MS', DEFAULT_DEVICE_LIMITS.consoleMs),
    suspendMs: ms('DOMOVOI_SUSPEND_TIMEOUT_MS', GUEST_MS),
    shutdownMs: ms('DOMOVOI_SHUTDOWN_TIMEOUT_MS', GUEST_MS),
  };
}
