import { Ansis } from 'ansis';

/** What is said in colour; each function gives its text back unchanged where colour is off. */
export interface Palette {
  heading(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

export const PLAIN: Palette = {
  heading: (text) => text,
  good: (text) => text,
  bad: (text) => text,
  faint: (text) => text,
};

/**
 * Colours for a terminal; none for anything else, nor where `NO_COLOR` is set to anything
 * (no-color.org) or the terminal is dumb.
 */
export function paletteFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Palette {
  if (stream.isTTY !== true || env.NO_COLOR || env.TERM === 'dumb') return PLAIN;
  const basic = new Ansis(1);
  return { heading: basic.bold, good: basic.green, bad: basic.red, faint: basic.dim };
}
