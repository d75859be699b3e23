import { z } from 'zod';
import { parseDiskWords } from '../../config/index.js';
import { completeDiskAt, planAttach } from '../../domain/index.js';
import { type Change, specification } from './change.js';
import { changing } from './changing.js';

export const blockAttach: Change<'block-attach'> = {
  schema: z.object(specification),
  /** @throws ToolstackError config-invalid: the disk is not described as in `disk=` */
  async begin(toolstack, { domain, specification: text, cwd, requestedBy }) {
    const disk = await completeDiskAt(parseDiskWords(text), cwd);
    const guest = await toolstack.findGuest(domain, 'given a disk');
    const plan = async () =>
      planAttach(await changing(toolstack, guest, domain), { type: 'disk', disk });
    return { request: { uuid: guest.uuid, requestedBy, plan } };
  },
};
