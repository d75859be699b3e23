import type { BackEndKind } from './back-end-kind.js';
import { qdiskBackEnd } from './qdisk.js';
import { consoleBackEnd, vfbBackEnd, vkbdBackEnd } from './screen.js';
import { vbdBackEnd } from './vbd.js';
import { vifBackEnd } from './vif.js';

/** Every kind of back end that the machine knows. */
export const BACK_END_KINDS: readonly BackEndKind[] = [
  vbdBackEnd,
  qdiskBackEnd,
  vifBackEnd,
  vfbBackEnd,
  vkbdBackEnd,
  consoleBackEnd,
];
