import { explain, suggestPath } from '../layout/explain.js';
import { type Explanation, ToolstackError } from '../model/index.js';

/** As for the xenstore tools. */
const HOME = '/local/domain/0';

/**
 * What the store map says of a path. No store is asked, and none need run.
 * @param path absolute, or relative to /local/domain/0; `<domid>` and the like may stand for names
 * @throws ToolstackError ENOENT, with the path that was probably meant
 */
export function explainPath(path: string): Explanation {
  const absolute = path.startsWith('/') ? path : `${HOME}/${path}`;
  const trimmed = absolute.length > 1 ? absolute.replace(/\/+$/, '') || '/' : absolute;
  const explanation = explain(trimmed);
  if (explanation !== undefined) return explanation;
  const near = suggestPath(trimmed);
  throw new ToolstackError('ENOENT', 'the store map does not have it', {
    where: trimmed,
    suggestions: [
      ...(near === undefined ? [] : [`Did you mean "domovoi explain '${near}'"?`]),
      'docs/store-layout.md has the whole map.',
    ],
  });
}
