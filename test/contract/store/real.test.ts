import { afterAll, beforeAll } from 'vitest';
import { contract } from './contract.js';
import { buildShim, whyNotHere } from './real/real-daemon.js';
import { openReal } from './stores/real.js';

const kinds = ['xenstored', 'oxenstored'] as const;

let shim: Awaited<ReturnType<typeof buildShim>> | undefined;
beforeAll(async () => {
  if (kinds.some((kind) => whyNotHere(kind) === undefined)) shim = await buildShim();
});
afterAll(() => shim?.remove());

for (const kind of kinds) {
  const why = whyNotHere(kind);
  if (why === undefined) {
    contract(`Xen's ${kind}`, kind, () => openReal(kind, shim?.path ?? ''));
  } else {
    console.warn(`skipped: the store contract on Xen's ${kind}: ${why}`);
  }
}
