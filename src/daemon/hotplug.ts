import { type Hotplug, ScriptRunner } from '../devices/index.js';
import { DISABLE_UDEV_PATH, homePath, pruneParents, removeIfThere } from '../layout/index.js';
import { DOM0, ToolstackError } from '../model/index.js';
import type { Store } from '../xenstore/store.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Who runs hotplug scripts: with `DOMOVOI_HOTPLUG=scripts` the toolstack, as libxl does; otherwise
 * the embedded machine's back ends do what the scripts would. They are told in the store.
 *
 * @param storeSocket where scripts find the store
 * @throws ToolstackError EINVAL
 */
export async function chooseHotplug(
  store: Store,
  storeSocket: string,
  env: Environment,
): Promise<{ readonly hotplug?: Hotplug }> {
  const choice = env.DOMOVOI_HOTPLUG ?? '';
  switch (choice) {
    case 'scripts':
      await store.write(DISABLE_UDEV_PATH, '1');
      return { hotplug: new ScriptRunner({ ...env, XENSTORED_PATH: storeSocket }) };
    case '':
    case 'simulated':
      await store.transaction(async (tx) => {
        await removeIfThere(tx, DISABLE_UDEV_PATH);
        await pruneParents(tx, DISABLE_UDEV_PATH, homePath(DOM0));
      });
      return {};
    default:
      throw new ToolstackError('EINVAL', `DOMOVOI_HOTPLUG="${choice}" is no way to run scripts`, {
        suggestions: ['Set it to "scripts" or "simulated", or not at all.'],
      });
  }
}
