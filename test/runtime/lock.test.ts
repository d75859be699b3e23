import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { toToolstackError } from '../../src/model/index.js';
import { acquireLock, lockHolder } from '../../src/runtime/lock.js';
import { temporaryDirectory } from './temporary.js';

const LOADER = new URL('./typescript-loader.mjs', import.meta.url).href;
const HOLDER = fileURLToPath(new URL('./lock-holder.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function lockInChild(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', LOADER, HOLDER, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  expect(String(said)).toBe('locked\n');
  return child;
}

function errorOf(act: () => unknown) {
  try {
    act();
  } catch (thrown) {
    return toToolstackError(thrown).toJSON();
  }
  return undefined;
}

describe('a lock', () => {
  test('is held against another process, which is told by whom', async () => {
    const file = join(temporaryDirectory(), 'lock.db');
    const child = await lockInChild(file);
    expect(lockHolder(file)).toMatch(`process ${child.pid} (`);
    expect(errorOf(() => acquireLock(file, { timeoutMs: 0 }))).toMatchObject({
      code: 'EBUSY',
      message: expect.stringMatching(`process ${child.pid} .*lock-holder.* holds the lock`),
      where: file,
    });
  });

  test('is free at once when its holder is killed', async () => {
    const file = join(temporaryDirectory(), 'lock.db');
    const child = await lockInChild(file);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = acquireLock(file, { timeoutMs: 0 });
    expect(lockHolder(file)).toMatch(`process ${process.pid} `);
    lock.release();
  });

  test('is waited for', async () => {
    const file = join(temporaryDirectory(), 'lock.db');
    const lock = acquireLock(file, { timeoutMs: 0 });
    const waiting = spawn(process.execPath, [
      '--input-type=module',
      '--import',
      LOADER,
      '--eval',
      `import { acquireLock } from ${JSON.stringify(new URL('../../src/runtime/lock.ts', import.meta.url).href)};
       process.stdout.write('waiting');
       acquireLock(${JSON.stringify(file)}, { timeoutMs: 60_000 });
       process.stdout.write('locked');
       process.exit(0);`,
    ]);
    children.push(waiting);
    await once(waiting.stdout, 'data');
    lock.release();
    const [[said], [code]] = await Promise.all([
      once(waiting.stdout, 'data'),
      once(waiting, 'exit'),
    ]);
    expect([String(said), code]).toEqual(['locked', 0]);
  });

  test('can be taken again after it was released, and released only once', () => {
    const file = join(temporaryDirectory(), 'lock.db');
    const lock = acquireLock(file, { timeoutMs: 0 });
    expect(errorOf(() => acquireLock(file, { timeoutMs: 0 }))?.code).toBe('EBUSY');
    lock.release();
    lock.release();
    acquireLock(file, { timeoutMs: 0 }).release();
  });

  test('on a file that is none is refused and names the file', () => {
    const file = join(temporaryDirectory(), 'no-lock');
    writeFileSync(file, 'These are forty bytes of something else.'.repeat(20));
    expect(errorOf(() => acquireLock(file, { timeoutMs: 0 }))).toMatchObject({
      code: 'EIO',
      where: file,
    });
    expect(errorOf(() => acquireLock(join(file, 'below'), { timeoutMs: 0 }))?.code).toBe('EIO');
  });
});
