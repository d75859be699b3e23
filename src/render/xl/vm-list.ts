import type { NamedDomain } from '../../model/index.js';
import { inLines, nameColumn } from './columns.js';

/** What `xl vm-list` prints: domain 0 too, whatever its help page says (list_vm of xl_list.c). */
export function renderVmList(domains: readonly NamedDomain[]): string {
  const rows = domains.map(
    ({ uuid, domid, name }) => `${uuid}  ${domid}    ${nameColumn(name, 30)}`,
  );
  return inLines(['UUID                                  ID    name', ...rows]);
}
