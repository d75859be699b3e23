import { z } from 'zod';
import { parseVifWords } from '../../config/index.js';
import { nextVifId } from '../../devices/index.js';
import { completeVif, planAttach } from '../../domain/index.js';
import { type Change, specification } from './change.js';
import { changing } from './changing.js';

export const networkAttach: Change<'network-attach'> = {
  schema: z.object(specification),
  /** @throws ToolstackError config-invalid, EINVAL: not described as in `vif=` */
  async begin(toolstack, { domain, specification: text, requestedBy }) {
    const guest = await toolstack.findGuest(domain, 'given a network interface');
    const { vif: parsed, warnings } = parseVifWords(text, guest.type);
    const { devid: asked, ...vif } = completeVif(parsed);
    const plan = async () => {
      const target = await changing(toolstack, guest, domain);
      const devid = asked ?? (await nextVifId(toolstack.host.store, target.domid));
      return planAttach(target, { type: 'vif', vif: { devid, ...vif } });
    };
    return {
      request: { uuid: guest.uuid, requestedBy, plan },
      warnings: warnings.map((warning) => ({ event: 'warning', ...warning })),
    };
  },
};
