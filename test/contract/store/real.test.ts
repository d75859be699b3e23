import { afterAll, beforeAll } from 'vitest';
import { contract } from './contract.js';
import { buildShim, realKinds, whyNotHere } from './real/real-daemon.js';
import { openReal } from './stores/real.js';

let shim: Awaited<ReturnType<typeof buildShim>> | undefined;
beforeAll(async () => {
  if (realKinds.some((kind) => whyNotHere(kind) === undefined)) shim = await buildShim();
});
afterAll(() => shim?.remove());

for (const kind of realKinds) {
  const why = whyNotHere(kind);
  if (why === undefined) {
    contract(`Xen's ${kind}`, kind, () => openReal(kind, shim?.path ?? ''));
  } else {
    console.warn(`skipped: the store contract on Xen's ${kind}: ${why}`);
  }
}
