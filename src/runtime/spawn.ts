import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import {
  errorFromJson,
  isErrorJson,
  type Json,
  type JsonObject,
  messageOf,
  ToolstackError,
} from '../model/index.js';
import { FAILED_WORD, READY_FD_VARIABLE, READY_WORD, STARTING_WORD } from './ready.js';

const SHOWN_LOG_LINES = 10;

export interface BackgroundProgram {
  /** For errors: `the toolstack daemon`. */
  readonly title: string;
  /** The JavaScript file to run. Absolute. */
  readonly file: string;
  readonly args: readonly string[];
  /** Laid over this process's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its output goes, appended. */
  readonly log: string;
  /** How long it may say nothing, neither that it is ready nor that it still starts. */
  readonly timeoutMs: number;
}

/**
 * Starts a program that outlives this process, and waits until it says that it is ready (see
 * ready.ts) or why it is not.
 * @returns what it said about itself
 * @throws ToolstackError the program's own error; or ETIMEDOUT, EIO with the end of its log
 */
export async function startBackground(program: BackgroundProgram): Promise<JsonObject> {
  const log = openSync(program.log, 'a', 0o600);
  const logStart = statSync(program.log).size;
  const child = spawn(process.execPath, [program.file, ...program.args], {
    detached: true,
    // It must not keep a directory of the user's busy.
    cwd: '/',
    env: { ...process.env, ...program.env, [READY_FD_VARIABLE]: '3' },
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  const pipe = child.stdio[3] as Readable;
  try {
    return readReadyLine(await firstLine(child, pipe, program), program);
  } catch (thrown) {
    if (thrown instanceof ToolstackError) throw thrown;
    throw new ToolstackError(
      thrown instanceof NotReadyInTime ? 'ETIMEDOUT' : 'EIO',
      `${program.title} did not start: ${messageOf(thrown)}`,
      { where: program.log, suggestions: hints(program, logStart), cause: thrown },
    );
  } finally {
    pipe.destroy();
    child.unref();
  }
}

class NotReadyInTime extends Error {}

/** The line that the child says when it knows. A child that says nothing in time is killed. */
function firstLine(
  child: ChildProcess,
  pipe: Readable,
  program: BackgroundProgram,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new NotReadyInTime(`it was not ready within ${program.timeoutMs / 1000} seconds`));
    }, program.timeoutMs);
    const settle = (then: () => void) => {
      clearTimeout(timer);
      then();
    };
    pipe.setEncoding('utf8');
    pipe.on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line === STARTING_WORD) timer.refresh();
        else settle(() => resolve(line));
      }
    });
    pipe.on('error', (error) => settle(() => reject(error)));
    child.on('error', (error) => settle(() => reject(error)));
    // `close` comes when the child has ended and everything it said has been read.
    child.on('close', (code, signal) =>
      settle(() =>
        reject(new Error(signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`)),
      ),
    );
  });
}

function readReadyLine(line: string, program: BackgroundProgram): JsonObject {
  const space = line.indexOf(' ');
  const word = line.slice(0, space);
  const said = parseObject(line.slice(space + 1));
  if (word === FAILED_WORD && isErrorJson(said)) throw errorFromJson(said);
  if (word === READY_WORD && said !== undefined) return said;
  throw new Error(`it said "${line}" where ${program.file} should say that it is ready`);
}

function parseObject(text: string): JsonObject | undefined {
  const value = JSON.parse(text) as Json;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

function hints(program: BackgroundProgram, logStart: number): string[] {
  const lines = readFileSync(program.log)
    .subarray(logStart)
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '');
  const shown = lines.slice(-SHOWN_LOG_LINES).map((line) => `Its log says: ${line}`);
  return [...shown, `Read the log: ${program.log}`];
}
