import type { Uuid } from '../model/index.js';
import type { StoreView } from '../xenstore/client.js';
import { vmPath } from './paths.js';

/** What the store says is to be done with a domain that stops, by the reason; undefined: nothing. */
export interface StopWords {
  readonly poweroff: string | undefined;
  readonly reboot: string | undefined;
  readonly crash: string | undefined;
}

/**
 * Reads what admins may edit while a domain runs, as xend let them: `/vm/<uuid>/on_poweroff`,
 * `on_reboot` and `on_crash`. The guest cannot write there; that they are words that anybody knows
 * is nevertheless not sure.
 */
export async function readStopWords(view: StoreView, uuid: Uuid): Promise<StopWords> {
  const read = (name: string) => view.maybeRead(`${vmPath(uuid)}/${name}`);
  const [poweroff, reboot, crash] = await Promise.all([
    read('on_poweroff'),
    read('on_reboot'),
    read('on_crash'),
  ]);
  return { poweroff, reboot, crash };
}
