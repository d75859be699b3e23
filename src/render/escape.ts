/**
 * What a terminal would act on instead of showing it: C0 and C1 controls and DEL, the marks that
 * turn the direction of text or hide in it, line separators, and halves of surrogate pairs.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text that a guest or a user wrote, safe to print: what a terminal would act on is written as
 * `\n`, `\xHH` or `\uHHHH`. All else, backslashes too, stays as it is.
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escapeCode(character));
}

function escapeCode(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
