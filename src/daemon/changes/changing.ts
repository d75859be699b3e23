import type { Changing } from '../../domain/index.js';
import type { ListedDomain } from '../../model/index.js';
import type { Toolstack } from '../toolstack.js';

/** The domain whose devices are to change, where it is by now. @throws ToolstackError no-such-domain */
export async function changing(
  toolstack: Toolstack,
  { uuid, type }: ListedDomain,
  reference: string,
): Promise<Changing> {
  const { domid, name } = await toolstack.observe(uuid, reference);
  return { domid, name, uuid, type };
}
