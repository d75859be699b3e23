/** Why a domain cannot have a name; undefined when it can. xl takes any. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'the name of the domain is empty';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) {
    return `the name ${JSON.stringify(name)} contains a control character`;
  }
  return undefined;
}
