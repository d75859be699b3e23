import { z } from 'zod';
import { parseDiskWords } from '../../config/index.js';
import { completeDiskAt, planAttach } from '../../domain/index.js';
import { type Change, specification } from './change.js';
import { changeDevicesOf } from './change-of.js';

export const blockAttach: Change<'block-attach'> = {
  schema: z.object(specification),
  /** @throws ToolstackError config-invalid: the disk is not described as in `disk=` */
  async begin(toolstack, request) {
    const disk = await completeDiskAt(parseDiskWords(request.specification), request.cwd);
    const guest = await toolstack.findGuest(request.domain, 'given a disk');
    return changeDevicesOf(toolstack, guest, request, (target) =>
      planAttach(target, { type: 'disk', disk }),
    );
  },
};
