import { z } from 'zod';
import { parseVifWords } from '../../config/index.js';
import { nextVifId } from '../../devices/index.js';
import { completeVif, planAttach } from '../../domain/index.js';
import { type Change, specification } from './change.js';
import { changeDevicesOf } from './change-of.js';

export const networkAttach: Change<'network-attach'> = {
  schema: z.object(specification),
  /** @throws ToolstackError config-invalid, EINVAL: not described as in `vif=` */
  async begin(toolstack, request) {
    const guest = await toolstack.findGuest(request.domain, 'given a network interface');
    const { vif: parsed, warnings } = parseVifWords(request.specification, guest.type);
    const { devid: asked, ...vif } = completeVif(parsed);
    const begun = changeDevicesOf(toolstack, guest, request, async (target) => {
      const devid = asked ?? (await nextVifId(toolstack.host.store, target.domid));
      return planAttach(target, { type: 'vif', vif: { devid, ...vif } });
    });
    return {
      ...begun,
      warnings: warnings.map((warning) => ({ event: 'warning', ...warning })),
    };
  },
};
