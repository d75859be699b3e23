import { z } from 'zod';
import { findDomain } from '../../domain/index.js';
import { serialTtyPath, ttyPath } from '../../layout/index.js';
import { DOM0, ToolstackError } from '../../model/index.js';
import { oneDomain } from './about-domains.js';
import type { Question } from './question.js';

export const console: Question<'console'> = {
  schema: oneDomain.extend({
    number: z.coerce.number().int().min(0).max(9999).exactOptional(),
    type: z.enum(['pv', 'serial']).exactOptional(),
  }),
  /** @throws ToolstackError no-such-domain, EINVAL, ENOENT */
  async answer({ toolstack: { host } }, { domain, number = 0, type }) {
    const { domid, uuid, type: kind } = await findDomain(host, domain);
    if (domid === DOM0) {
      throw new ToolstackError('EINVAL', 'the console of domain 0 is that of the host');
    }
    const isSerial = type === 'serial' || (type === undefined && kind === 'hvm' && number === 0);
    const key = isSerial ? serialTtyPath(domid) : ttyPath(domid, number);
    const path = await host.store.maybeRead(key);
    if (path === undefined || !path.startsWith('/')) {
      throw new ToolstackError('ENOENT', `nobody serves this console of domain ${domid}`, {
        where: key,
        suggestions: ['See `domovoi list -l` for the consoles that the domain has.'],
      });
    }
    return { domid, uuid, path };
  },
};
