import type { QuestionName } from '../../model/index.js';
import { blockList } from './block-list.js';
import { domains } from './domains.js';
import { fate } from './fate.js';
import { fsck } from './fsck.js';
import { history } from './history.js';
import { networkList } from './network-list.js';
import type { Question } from './question.js';
import { status } from './status.js';

/** Every question that can be asked, by its name. */
export const QUESTIONS: { readonly [Name in QuestionName]: Question<Name> } = {
  status,
  domains,
  'block-list': blockList,
  'network-list': networkList,
  history,
  fsck,
  fate,
};
