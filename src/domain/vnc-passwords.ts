import { listDevices } from '../devices/index.js';
import { backEndPath, backEndsPath, type CompleteConfig, uuidOfHome } from '../layout/index.js';
import { DOM0, parseDomid, type Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';

/**
 * The passwords of screens. Neither the journal nor the history may have them, so that they are
 * kept in memory, and in the store, where QEMU reads them and a daemon that starts learns them.
 * They are lost with a daemon that dies while a domain with one reboots.
 */
export class VncPasswords {
  readonly #known = new Map<Uuid, ReadonlyMap<number, string>>();

  keep({ uuid, vfbs }: Pick<CompleteConfig, 'uuid' | 'vfbs'>): void {
    const passwords = vfbs.flatMap(({ devid, vncPassword }) =>
      vncPassword === undefined ? [] : [[devid, vncPassword] as const],
    );
    if (passwords.length === 0) this.#known.delete(uuid);
    else this.#known.set(uuid, new Map(passwords));
  }

  forget(uuid: Uuid): void {
    this.#known.delete(uuid);
  }

  /** One to try things out with. */
  copy(): VncPasswords {
    const copy = new VncPasswords();
    for (const [uuid, passwords] of this.#known) copy.#known.set(uuid, passwords);
    return copy;
  }

  /** The config as the user wrote it, for those who write it into the store. */
  restore(config: CompleteConfig): CompleteConfig {
    const passwords = this.#known.get(config.uuid);
    if (passwords === undefined) return config;
    const vfbs = config.vfbs.map((vfb) => {
      const vncPassword = passwords.get(vfb.devid);
      return vncPassword === undefined ? vfb : { ...vfb, vncPassword };
    });
    return { ...config, vfbs };
  }

  /** Reads what the store has of them. */
  async learn(store: StoreView): Promise<void> {
    for (const entry of (await store.maybeList(`${backEndsPath(DOM0)}/vfb`)) ?? []) {
      const domid = parseDomid(entry);
      if (domid === undefined) continue;
      const uuid = await uuidOfHome(store, domid);
      if (uuid === undefined) continue;
      const screens = (await listDevices(store, domid)).filter(({ kind }) => kind === 'vfb');
      const passwords = new Map<number, string>();
      for (const screen of screens) {
        const password = await store.maybeRead(`${backEndPath(screen)}/vncpasswd`);
        if (password !== undefined && password !== '') passwords.set(screen.id, password);
      }
      if (passwords.size > 0) this.#known.set(uuid, passwords);
    }
  }
}
