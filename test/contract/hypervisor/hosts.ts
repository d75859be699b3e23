import type { Hypervisor } from '../../../src/hypervisor/hypervisor.js';
import type { XenStoreClient } from '../../../src/xenstore/client.js';
import { startMachine } from '../../machine/helpers/machine.js';

/** A host that the suite may do with as it likes. */
export interface ContractHost {
  readonly hypervisor: Hypervisor;
  readonly store: XenStoreClient;
  /** Cuts it off as if it had lost power; undefined on hosts that must not. */
  readonly lose: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** What answers the hypervisor interface. */
export const HOSTS: readonly { readonly name: string; start(): Promise<ContractHost> }[] = [
  {
    name: 'the embedded machine',
    async start() {
      const { hypervisor, store, machine, close } = await startMachine();
      return { hypervisor, store, lose: () => machine.close(), close };
    },
  },
];
