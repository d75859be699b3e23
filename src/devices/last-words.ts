const LONGEST = 1_000;

/** What somebody left to say why it failed, short enough for a message; undefined when nothing. */
export function lastWords(text: string | undefined): string | undefined {
  const said = text?.trim();
  return said === undefined || said === '' ? undefined : said.slice(-LONGEST);
}
