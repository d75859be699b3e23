import type { StoreView } from './view.js';
import type { Watch } from './watch.js';

/**
 * A store as a toolstack uses it: {@link XenStoreClient} over a connection, or a pretence of one
 * for a dry run. See the client for what each call does and throws.
 */
export interface Store extends StoreView {
  transaction<T>(
    body: (tx: StoreView) => Promise<T>,
    options?: { readonly attempts?: number },
  ): Promise<T>;
  watch(path: string): Promise<Watch>;
  waitFor<T>(
    path: string,
    check: (value: string | undefined) => T | undefined,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<T>;
  introduce(domid: number, frame: bigint, port: number): Promise<void>;
  release(domid: number): Promise<void>;
  resume(domid: number): Promise<void>;
  isIntroduced(domid: number): Promise<boolean>;
  close(): Promise<void>;
}
