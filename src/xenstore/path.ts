/** Longest path in bytes; a leading `/local/domain/<n>/` is not counted (as C xenstored does). */
export const PATH_MAX = 2048;

const components = /^(?:\/[A-Za-z0-9\-_@]+)+$/;
const special = /^@[A-Za-z0-9\-_@]*(?:\/[A-Za-z0-9\-_@]+)*$/;
const domainPrefix = /^\/local\/domain\/[0-9]{1,5}\//;

/**
 * Whether `path` names a node: absolute, of legal characters, no empty component, no trailing
 * slash except for the root itself, short enough.
 */
export function isNodePath(path: string): boolean {
  return (components.test(path) || path === '/') && !isLongerThan(path, PATH_MAX);
}

/** Whether `path` names something to watch: a node or a special name such as `@releaseDomain`. */
export function isWatchPath(path: string): boolean {
  return isNodePath(path) || (special.test(path) && !isLongerThan(path, PATH_MAX));
}

/** Whether `path` is one of the names outside the tree, which begin with `@`. */
export function isSpecial(path: string): boolean {
  return path.charCodeAt(0) === 0x40;
}

/** Whether a path has more than `max` bytes, not counting a leading `/local/domain/<n>/`. */
export function isLongerThan(path: string, max: number): boolean {
  if (path.length <= max) return false;
  return path.length - (domainPrefix.exec(path)?.[0].length ?? 0) > max;
}

/** The home of a domain: the base of its relative paths. */
export function domainPath(domid: number): string {
  return `/local/domain/${domid >>> 0}`;
}

/** `path` itself when absolute or special, else below `base`. Checks nothing. */
export function resolvePath(path: string, base: string): string {
  return path.startsWith('/') || isSpecial(path) ? path : `${base}/${path}`;
}

/** The names from the root down; none for the root itself. The path must be a valid node path. */
export function pathComponents(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

/** Where the name ends that begins at `start`: at the next slash, or with the path. */
export function componentEnd(path: string, start: number): number {
  const slash = path.indexOf('/', start);
  return slash < 0 ? path.length : slash;
}

/** The path of the node above; undefined for the root. */
export function parentPath(path: string): string | undefined {
  if (path === '/') return undefined;
  const slash = path.lastIndexOf('/');
  return slash === 0 ? '/' : path.slice(0, slash);
}

/** The path of a node's child. */
export function childPath(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}
