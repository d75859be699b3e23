/**
 * The words of a device as the one text that xl.cfg would have: xl reads one after the other, as if
 * there were commas between them. What a `target=` says goes on to the end, so that it comes last.
 */
export function deviceWords(words: readonly string[]): string {
  const hasTarget = (word: string): boolean => /(^|,)\s*target=/.test(word);
  return [...words.filter((word) => !hasTarget(word)), ...words.filter(hasTarget)].join(',');
}
