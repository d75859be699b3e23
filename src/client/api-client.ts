import { request as httpRequest, type IncomingMessage } from 'node:http';
import {
  type ChangeName,
  type Changes,
  type ErrorReply,
  errorFromJson,
  isErrorJson,
  type Json,
  messageOf,
  type QuestionName,
  type Questions,
  type ReplyLine,
  ToolstackError,
  toToolstackError,
} from '../model/index.js';
import { isNobodyListening } from '../runtime/running.js';
import { readLines } from './read-lines.js';

const REPLY_TIMEOUT_MS = 30_000;
/** Longer than any step of an operation may last without a word. */
const SILENCE_TIMEOUT_MS = 15 * 60_000;

export interface ApiClient {
  ask<Name extends QuestionName>(
    question: Name,
    query?: Questions[Name]['query'],
  ): Promise<Questions[Name]['reply']>;
  change<Name extends ChangeName>(
    change: Name,
    request: Changes[Name],
  ): Promise<AsyncIterable<ReplyLine>>;
  /** The daemon ends after its running operations have ended. */
  stop(): Promise<void>;
}

/** The cause, when daemon or host went away over a question, which changes nothing. */
export class QuestionCutOff extends Error {}

/**
 * The daemon's HTTP API (src/model/api.ts) on its UNIX socket. Every call is a connection of its
 * own. A promise of a stream is kept when the daemon has accepted the request; the stream ends
 * after its `finished` line.
 * @throws ToolstackError the daemon's own errors; `daemon-unreachable` when nobody listens, or the
 * daemon goes away; ETIMEDOUT; EACCES and the like when the socket is not ours to use
 */
export function apiClient(socketPath: string): ApiClient {
  return {
    ask: async <Name extends QuestionName>(name: Name, asked: object = {}) => {
      const reply = send('GET', `/v1/${name}${query(asked)}`).then(readJson);
      return (await reply.catch(rethrowCutOff)) as unknown as Questions[Name]['reply'];
    },
    change: async (name, request) => replyLines(await send('POST', `/v1/${name}`, request)),
    stop: async () => {
      await readJson(await send('POST', '/v1/stop', {}));
    },
  };

  /** The response, once it is known to be no error. */
  async function send(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const headers =
        payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
      const request = httpRequest({ socketPath, method, path, headers, agent: false }, resolve);
      request.setTimeout(REPLY_TIMEOUT_MS);
      request.on('timeout', () => request.destroy(silent()));
      request.on('error', (error) =>
        reject(isRefused(error) ? refused(error) : unreachable(error)),
      );
      request.end(payload);
    });
    if ((response.statusCode ?? 500) >= 400) throw revive(await readJson(response));
    response.socket.setTimeout(SILENCE_TIMEOUT_MS);
    return response;
  }

  async function* replyLines(response: IncomingMessage): AsyncGenerator<ReplyLine> {
    try {
      for await (const text of readLines(response)) {
        const line = JSON.parse(text) as ReplyLine;
        yield line;
        if (line.event === 'finished' || line.event === 'previewed') return;
      }
    } catch (thrown) {
      throw unreachable(thrown);
    }
    throw unreachable(new Error('the reply ended before the operation did'));
  }

  async function readJson(response: IncomingMessage): Promise<Json> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (thrown) {
      throw unreachable(thrown);
    }
    return JSON.parse(Buffer.concat(chunks).toString()) as Json;
  }

  function rethrowCutOff(thrown: unknown): never {
    if (!(thrown instanceof ToolstackError) || isNobodyListening(thrown.cause)) throw thrown;
    const { code, message, where, suggestions } = thrown;
    if (code !== 'daemon-unreachable' && code !== 'host-lost') throw thrown;
    const cause = new QuestionCutOff(message, { cause: thrown });
    throw new ToolstackError(code, message, {
      ...(where === undefined ? {} : { where }),
      suggestions,
      cause,
    });
  }

  function unreachable(cause: unknown): ToolstackError {
    if (cause instanceof ToolstackError) return cause;
    const reason = messageOf(cause);
    return new ToolstackError('daemon-unreachable', `the toolstack daemon is gone: ${reason}`, {
      where: socketPath,
      suggestions: [
        'An operation that had begun is finished or undone when the daemon starts again.',
        'See `domovoi history` for what became of it.',
      ],
      cause,
    });
  }

  function refused(cause: Error): ToolstackError {
    const { code } = toToolstackError(cause);
    return new ToolstackError(code, `cannot reach the toolstack daemon: ${cause.message}`, {
      where: socketPath,
      suggestions: ['Set DOMOVOI_STATE_DIR to a directory that is yours.'],
      cause,
    });
  }

  function silent(): ToolstackError {
    return new ToolstackError('ETIMEDOUT', 'the toolstack daemon does not answer', {
      where: socketPath,
      suggestions: ['See the log beside its socket.'],
    });
  }
}

/** Whether the way to the socket is barred, as by EACCES: who runs there or not cannot be known. */
function isRefused(error: Error): boolean {
  return 'syscall' in error && error.syscall === 'connect' && !isNobodyListening(error);
}

function revive(reply: Json): ToolstackError {
  const error = (reply as unknown as Partial<ErrorReply> | null)?.error;
  if (isErrorJson(error)) return errorFromJson(error);
  return new ToolstackError('internal', `the daemon gave an error of unknown shape`, {
    cause: reply,
  });
}

function query(parameters: object): string {
  const given = Object.entries(parameters).flatMap(
    ([key, value]: [string, unknown]): [string, string][] =>
      value === undefined || value === false ? [] : [[key, value === true ? '1' : String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
