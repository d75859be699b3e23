import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ToolstackError } from '../model/index.js';
import { paletteFor } from '../render/colour.js';

const WIDTH = 80;
export const PACKAGE_DIR = dirname(createRequire(import.meta.url).resolve('domovoi/package.json'));

const palette = paletteFor(process.stdout, process.env);

/** Begins a part of the demonstration. */
export function heading(text: string): void {
  process.stdout.write(
    `\n${palette.heading(`── ${text} ${'─'.repeat(Math.max(0, WIDTH - text.length - 4))}`)}\n`,
  );
}

/** Explains what is seen. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Shows a command line as a user would type it. */
export function prompt(...words: readonly string[]): void {
  process.stdout.write(`${palette.faint('$')} domovoi ${words.join(' ')}\n`);
}

/** Shows a command line and runs it. @throws ToolstackError when it fails */
export async function run(...words: readonly string[]): Promise<void> {
  prompt(...words);
  await runQuietly(words, 'inherit');
}

export async function runQuietly(
  words: readonly string[],
  output: 'inherit' | 'ignore' = 'ignore',
): Promise<void> {
  const program = join(PACKAGE_DIR, 'bin', 'run.js');
  const child = spawn(process.execPath, [program, ...words], {
    cwd: PACKAGE_DIR,
    stdio: ['ignore', output, output],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0)
    throw new ToolstackError('EIO', `"domovoi ${words.join(' ')}" ended with ${code}`);
}
