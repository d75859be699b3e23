import type { ExplainedChild, ExplainedKey, Explanation } from '../model/index.js';
import {
  type Bindings,
  DESCRIBED_KEYS,
  type DescribedKey,
  findDescribed,
  matchPath,
} from './described.js';
import { explainFormat } from './format.js';
import { SOURCES } from './key.js';
import { LIVES } from './life.js';
import { nearestPath } from './nearest-path.js';
import { ACCESS, permissionsText } from './permissions-text.js';

/**
 * What a path of the store means, by the store map alone: no store is asked.
 * @param path absolute; `<domid>` and the like may stand for any name
 * @returns undefined for what the map does not have
 */
export function explain(path: string): Explanation | undefined {
  const found = findDescribed(path);
  const children = childrenOf(path);
  if (found === undefined && children.length === 0) return undefined;
  return {
    path,
    pattern: found?.described.path ?? path,
    ...(found === undefined ? {} : { key: explainKey(found.described, found.bindings) }),
    children,
  };
}

/** The described path that was probably meant. */
export function suggestPath(path: string): string | undefined {
  return nearestPath(
    path,
    DESCRIBED_KEYS.map((described) => described.path),
  );
}

export function explainKey({ key, section }: DescribedKey, bindings: Bindings): ExplainedKey {
  const { about, access, writer = 'toolstack', source = 'xl', life = section.life, manual } = key;
  return {
    about,
    ...formatOf(key),
    // The same value for more kinds of guest needs no word.
    ...(manual?.about === undefined
      ? {}
      : {
          manual: {
            about: manual.about,
            ...formatOf({ format: manual.format ?? key.format }),
          },
        }),
    writer,
    access: ACCESS[access],
    permissions: permissionsText(access, bindings),
    life: LIVES[life],
    source: SOURCES[source],
    layout: source === 'xl' || source === 'xen' ? 'xl' : 'both',
  };
}

function formatOf({ format }: Pick<DescribedKey['key'], 'format'>): {
  readonly format: string;
  readonly unit?: string;
} {
  const { about, unit } = explainFormat(format);
  return { format: about, ...(unit === undefined ? {} : { unit }) };
}

/** What may be right below a path, in the order of the map. */
function childrenOf(path: string): ExplainedChild[] {
  const depth = path === '/' ? 1 : path.split('/').length;
  const children = new Map<string, string | undefined>();
  for (const described of DESCRIBED_KEYS) {
    const names = described.path.split('/');
    const name = names[depth];
    if (name === undefined) continue;
    if (path !== '/' && matchPath(names.slice(0, depth).join('/'), path) === undefined) continue;
    const about = names.length === depth + 1 ? described.key.about : undefined;
    if (!children.has(name) || children.get(name) === undefined) children.set(name, about);
  }
  return [...children].map(([name, about]) => ({
    name,
    ...(about === undefined ? {} : { about }),
  }));
}
