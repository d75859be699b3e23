import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ToolstackError } from '../../src/model/index.js';
import { connectIfListening } from '../../src/runtime/running.js';
import { type BackgroundProgram, startBackground } from '../../src/runtime/spawn.js';
import { temporaryDirectory } from './temporary.js';

const LOADER = new URL('./typescript-loader.mjs', import.meta.url).href;
const READY = new URL('../../src/runtime/ready.ts', import.meta.url).href;
const MODEL = new URL('../../src/model/index.ts', import.meta.url).href;
const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) process.kill(pid, 'SIGKILL');
});

function program(script: string, changes: Partial<BackgroundProgram> = {}): BackgroundProgram {
  const directory = temporaryDirectory();
  const file = join(directory, 'program.mjs');
  writeFileSync(
    file,
    `import { notifyFailed, notifyReady, notifyStarting } from ${JSON.stringify(READY)};
     import { ToolstackError } from ${JSON.stringify(MODEL)};
     ${script}`,
  );
  return {
    title: 'the test program',
    file,
    args: [],
    env: { NODE_OPTIONS: `--import ${LOADER}` },
    log: join(directory, 'log'),
    timeoutMs: 60_000,
    ...changes,
  };
}

async function errorOf(starting: Promise<unknown>): Promise<ToolstackError> {
  const thrown = await starting.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(ToolstackError);
  return thrown as ToolstackError;
}

describe('a background program', () => {
  test('says when it is ready, and goes on afterwards', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'socket');
    const info = await startBackground(
      program(
        `import { createServer } from 'node:net';
         createServer((socket) => socket.end('still here')).listen(${JSON.stringify(path)}, () => {
           notifyReady({ pid: process.pid, args: process.argv.slice(2), cwd: process.cwd() });
           notifyReady({ pid: 'a second time does nothing' });
           console.log('to the log');
         });`,
        { args: ['--memory', '512'] },
      ),
    );
    started.push(Number(info.pid));
    expect(info).toEqual({ pid: expect.any(Number), args: ['--memory', '512'], cwd: '/' });
    const socket = await connectIfListening(path);
    const [said] = await once(socket ?? expect.fail('nobody listens'), 'data');
    expect(String(said)).toBe('still here');
    socket?.destroy();
  });

  test('has more time for as long as it says that it is starting', async () => {
    const slow = `
      let left = 8;
      const timer = setInterval(() => {
        if (left === 0) { clearInterval(timer); notifyReady({ left }); return; }
        left -= 1;
        notifyStarting();
      }, 1000);`;
    expect(await startBackground(program(slow, { timeoutMs: 6_000 }))).toEqual({ left: 0 });
  });

  test('has its output in its log, after what is there already', async () => {
    const logging = program(`console.error('fresh'); notifyReady({});`);
    writeFileSync(logging.log, 'old\n');
    await startBackground(logging);
    expect(readFileSync(logging.log, 'utf8')).toBe('old\nfresh\n');
  });

  test('does not hand the descriptor on to what it starts itself', async () => {
    const info = await startBackground(
      program(`
        import { writeSync } from 'node:fs';
        const real = process.env.DOMOVOI_READY_FD;
        process.env.DOMOVOI_READY_FD = '1';
        notifyReady({ to: 'the log' });
        writeSync(Number(real), 'ready ' + JSON.stringify({ left: process.env.DOMOVOI_READY_FD ?? null }) + '\\n');`),
    );
    expect(info).toEqual({ left: null });
  });

  test('that fails says why, in its own words', async () => {
    const error = await errorOf(
      startBackground(
        program(
          `notifyFailed(new ToolstackError('ENOSPC', 'no room', { suggestions: ['Make room.'] }));`,
        ),
      ),
    );
    expect(error.toJSON()).toEqual({
      code: 'ENOSPC',
      message: 'no room',
      suggestions: ['Make room.'],
    });
  });

  test('that dies without a word is reported with the end of its log', async () => {
    const dying = program(`
      for (let line = 1; line <= 12; line += 1) console.error('line ' + line);
      process.exit(7);`);
    writeFileSync(dying.log, 'from the time before\n');
    const error = await errorOf(startBackground(dying));
    expect(error.toJSON()).toEqual({
      code: 'EIO',
      message: 'the test program did not start: it ended with exit code 7',
      where: dying.log,
      suggestions: [
        ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((line) => `Its log says: line ${line}`),
        `Read the log: ${dying.log}`,
      ],
    });
  });

  test('that is killed is reported with the signal', async () => {
    const error = await errorOf(startBackground(program(`process.kill(process.pid, 'SIGKILL');`)));
    expect(error.message).toBe('the test program did not start: it was ended by SIGKILL');
  });

  test('that never gets ready is killed', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'socket');
    const server: Server = createServer().listen(path);
    await once(server, 'listening');
    const stuck = program('', { timeoutMs: 5_000, env: {} });
    writeFileSync(
      stuck.file,
      `import { connect } from 'node:net'; connect(${JSON.stringify(path)});`,
    );
    const ended = once(server, 'connection').then(([socket]) => once(socket.resume(), 'close'));
    const error = await errorOf(startBackground(stuck));
    expect(error.code).toBe('ETIMEDOUT');
    expect(error.message).toContain('not ready within 5 seconds');
    await ended;
    server.close();
  });

  test('that says something else is refused', async () => {
    const error = await errorOf(
      startBackground(
        program(`import { writeSync } from 'node:fs'; writeSync(3, 'hello there\\n');`),
      ),
    );
    expect(error.message).toContain('did not start');
  });
});
