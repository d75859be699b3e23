import type { Bindings } from './described.js';
import type { Access } from './key.js';

/** What an access means, in words. */
export const ACCESS: Readonly<Record<Access, string>> = {
  hidden: 'domain 0 alone',
  'guest-reads': 'the guest may read',
  'guest-owns': "the guest's own: it may write",
  'front-end': "the guest's own: it may write; the back end's domain may read",
  'back-end': "the back end's own: its domain may write; the guest may read",
  'incarnations-read': 'every incarnation of the domain on this host may read',
};

/** A permission list as xenstore-ls -p prints it, with names in brackets for unknown domids. */
export function permissionsText(access: Access, bindings: Bindings = new Map()): string {
  const guest = bindings.get('domid') ?? '<domid>';
  const backend = bindings.get('backend-domid') ?? '<backend-domid>';
  switch (access) {
    case 'hidden':
      return 'n0';
    case 'guest-reads':
      return `n0,r${guest}`;
    case 'guest-owns':
      return `n${guest}`;
    case 'front-end':
      return `n${guest},r${backend}`;
    case 'back-end':
      return `n${backend},r${guest}`;
    case 'incarnations-read':
      return 'n0,r<domid>…';
  }
}
