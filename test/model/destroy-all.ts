import { expect } from 'vitest';
import { finished } from '../daemon/helpers/embedded.js';
import { quiet, type Witnesses } from './agreement.js';

/** Destroys every guest, whatever it does meanwhile. */
export async function destroyAll(host: Witnesses): Promise<void> {
  for (;;) {
    await quiet(host);
    const [, ...guests] = await host.hypervisor.domains();
    if (guests.length === 0) return;
    for (const { uuid: domain } of guests) {
      // One that reboots or stops may have gone by itself meanwhile.
      await host.api
        .change('destroy', { domain, requestedBy: 'test' })
        .then(finished)
        .catch((error: unknown) => expect(error).toMatchObject({ code: 'no-such-domain' }));
    }
  }
}
