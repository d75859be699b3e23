import { z } from 'zod';
import { backEndState, findDisk, findVif } from '../../devices/index.js';
import { planDetach } from '../../domain/index.js';
import { ToolstackError } from '../../model/index.js';
import { aboutDomain, type Change } from './change.js';
import { changeDevicesOf } from './change-of.js';

/** @throws ToolstackError ENOENT where the domain has no such device */
export const blockDetach = detach<'block-detach'>(findDisk, 'disk', 'block-list');
export const networkDetach = detach<'network-detach'>(findVif, 'interface', 'network-list');

function detach<Name extends 'block-detach' | 'network-detach'>(
  find: typeof findDisk,
  what: string,
  list: string,
): Change<Name> {
  return {
    schema: z.object({
      ...aboutDomain,
      device: z.string().min(1).max(64),
      force: z.boolean().exactOptional(),
    }),
    async begin(toolstack, request) {
      const { device, force = false } = request;
      const guest = await toolstack.findGuest(request.domain, `deprived of a ${what}`);
      const { store } = toolstack.host;
      return changeDevicesOf(toolstack, guest, request, async (target) => {
        const address = await find(store, target.domid, device);
        if (address === undefined) {
          const message = `${target.name} has no ${what} ${device}`;
          throw new ToolstackError('ENOENT', message, {
            suggestions: [`"domovoi ${list} ${target.name}" shows what it has.`],
          });
        }
        const state = await backEndState(store, address);
        return planDetach(target, { address, name: device, state }, force);
      });
    },
  };
}
