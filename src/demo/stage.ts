import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ToolstackError } from '../model/index.js';
import { paletteFor } from '../render/colour.js';
import { PACKAGE_DIR } from '../runtime/package-dir.js';

const WIDTH = 80;

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
