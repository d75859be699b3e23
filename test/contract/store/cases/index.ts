import type { StoreCase } from '../case.js';
import { controlCases } from './control.js';
import { domainCases } from './domains.js';
import { guestWatchCases } from './guest-watches.js';
import { permissionCases } from './permissions.js';
import { quotaCases } from './quotas.js';
import { requestCases } from './requests.js';
import { transactionCases } from './transactions.js';
import { treeCases } from './tree.js';
import { watchCases } from './watches.js';

/** All that is asked of a store, whoever made it. */
export const storeCases: readonly StoreCase[] = [
  ...requestCases,
  ...treeCases,
  ...transactionCases,
  ...watchCases,
  ...permissionCases,
  ...guestWatchCases,
  ...quotaCases,
  ...domainCases,
  ...controlCases,
];
