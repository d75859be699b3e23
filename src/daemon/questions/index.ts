import type { QuestionName } from '../../model/index.js';
import { blockList } from './block-list.js';
import { console } from './console.js';
import { domains } from './domains.js';
import { fate } from './fate.js';
import { fsck } from './fsck.js';
import { history } from './history.js';
import { host } from './host.js';
import { load } from './load.js';
import { messages } from './messages.js';
import { networkList } from './network-list.js';
import { pools } from './pools.js';
import type { Question } from './question.js';
import { scheduling } from './scheduling.js';
import { status } from './status.js';
import { uptime } from './uptime.js';
import { vcpus } from './vcpus.js';
import { wait } from './wait.js';

/** Every question that can be asked, by its name. */
export const QUESTIONS: { readonly [Name in QuestionName]: Question<Name> } = {
  status,
  domains,
  'block-list': blockList,
  'network-list': networkList,
  history,
  fsck,
  fate,
  vcpus,
  uptime,
  host,
  pools,
  scheduling,
  console,
  messages,
  load,
  wait,
};
