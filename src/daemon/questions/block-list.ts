import { z } from 'zod';
import { listDisks } from '../../devices/index.js';
import { findDomain } from '../../domain/index.js';
import { reference } from '../changes/change.js';
import type { Question } from './question.js';

export const blockList: Question<'block-list'> = {
  schema: z.object({ domain: reference }),
  /** @throws ToolstackError no-such-domain */
  async answer({ toolstack: { host } }, { domain }) {
    const { domid } = await findDomain(host, domain);
    return { domid, disks: await listDisks(host.store, domid) };
  },
};
