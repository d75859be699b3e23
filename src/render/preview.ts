import type { PreviewLine } from '../model/index.js';
import { type Palette, PLAIN } from './colour.js';
import { escapeText } from './escape.js';
import { stepTitle } from './progress.js';
import { truncate } from './table.js';
import { countChanges, renderTreeDiff } from './tree-diff.js';

/** What a dry run found: the plan step by step, then what would become of the store. */
export function renderPreview(
  { kind, uuid, name, steps, changes }: PreviewLine,
  { width, palette = PLAIN }: { readonly width: number; readonly palette?: Palette },
): string {
  const digits = String(steps.length).length;
  const numbered = steps.map((step, index) => {
    const number = String(index + 1).padStart(digits);
    const pivot = step.pivot === true ? ' (no way back from here)' : '';
    return truncate(`  ${number}  ${escapeText(stepTitle(step))}${pivot}`, width);
  });
  const counted = countChanges(changes);
  const heading = counted === undefined ? 'The store would stay as it is.' : `Store: ${counted}`;
  return [
    palette.heading(truncate(`Dry run: ${kind} ${escapeText(name)} (${uuid})`, width)),
    ...numbered,
    '',
    palette.heading(heading),
    '',
  ]
    .join('\n')
    .concat(renderTreeDiff(changes, { width, palette }));
}
