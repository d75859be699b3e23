import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { z } from 'zod';
import {
  type ChangeName,
  type DaemonStatus,
  type ErrorCode,
  type ErrorReply,
  type Foreword,
  type OperationEvent,
  type QuestionName,
  type ReplyLine,
  ToolstackError,
  toToolstackError,
} from '../model/index.js';
import type { OperationHandle } from '../operations/index.js';
import { describeIssues } from '../runtime/describe-issues.js';
import { isXenStoreError } from '../xenstore/errors.js';
import type { Begun, Change } from './changes/change.js';
import { CHANGES } from './changes/index.js';
import { QUESTIONS } from './questions/index.js';
import type { Question } from './questions/question.js';
import type { Toolstack } from './toolstack.js';

export interface ApiOptions {
  readonly toolstack: Toolstack;
  readonly logger: Logger;
  readonly status: () => DaemonStatus;
  /** Asked to end the daemon; the reply has been sent. */
  readonly stop: () => void;
}

/** A config file of any sense is far below this. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** The daemon's HTTP API, as src/model/api.ts describes it. */
export function makeApi({ toolstack, logger, status, stop }: ApiOptions): FastifyInstance {
  const knowledge = { toolstack, status };
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: 'idle' });

  app.setErrorHandler((thrown, _request, reply) => {
    const error = isRefusal(thrown) ? notUnderstood(thrown.message) : errorOf(thrown);
    if (error.code === 'internal') logger.error({ err: thrown }, 'a request failed');
    return reply.status(statusOf(error.code)).send({ error: error.toJSON() } satisfies ErrorReply);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new ToolstackError('ENOENT', `there is no ${request.method} ${request.url}`);
    return reply.status(404).send({ error: error.toJSON() } satisfies ErrorReply);
  });

  for (const [name, question] of Object.entries(QUESTIONS)) addQuestion(name, question);
  for (const [name, change] of Object.entries(CHANGES)) addChange(name, change);
  app.post('/v1/stop', async (_request, reply) => {
    await reply.send({});
    stop();
    return reply;
  });
  return app;

  function addQuestion(name: string, question: Question<QuestionName>): void {
    app.get(`/v1/${name}`, async (request, reply) => {
      const left = new AbortController();
      reply.raw.on('close', () => left.abort());
      return question.answer(knowledge, parse(question.schema, request.query), left.signal);
    });
  }

  function addChange(name: string, change: Change<ChangeName>): void {
    app.post(`/v1/${name}`, async ({ body }, reply) => {
      const asked = parse(change.schema, body);
      const begun = await change.begin(toolstack, asked);
      const { request } = begun;
      const forewords = forewordsOf(begun);
      if (asked.dryRun === true) {
        const previewed = await toolstack.preview(request);
        return reply
          .type('application/x-ndjson')
          .send([...forewords, previewed].map(lineOf).join(''));
      }
      return streamOf(reply, toolstack.queue.submit(request), forewords);
    });
  }

  /** Waits for the first event, so that what fails before an operation begins is an error reply. */
  async function streamOf(
    reply: FastifyReply,
    operation: OperationHandle,
    forewords: readonly Foreword[],
  ): Promise<FastifyReply> {
    // Who leaves does not end the operation; what becomes of it is in the journal.
    operation.finished.catch((err: unknown) => logger.warn({ err, operation: operation.id }));
    const events = operation.events[Symbol.asyncIterator]();
    const first = await events.next();
    const body = new PassThrough();
    pipeline(linesOf(forewords, first, events), body).catch((err: unknown) =>
      logger.debug({ err, operation: operation.id }, 'a follower left'),
    );
    return reply.type('application/x-ndjson').send(body);
  }
}

function forewordsOf({ warnings = [], config }: Begun): Foreword[] {
  return config === undefined ? [...warnings] : [...warnings, { event: 'config', config }];
}

async function* linesOf(
  forewords: readonly Foreword[],
  first: IteratorResult<OperationEvent>,
  rest: AsyncIterator<OperationEvent>,
): AsyncGenerator<string> {
  for (const foreword of forewords) yield lineOf(foreword);
  for (let next = first; next.done !== true; next = await rest.next()) yield lineOf(next.value);
}

function lineOf(entry: ReplyLine): string {
  return `${JSON.stringify(entry)}\n`;
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notUnderstood(describeIssues(parsed.error));
}

/** Whether fastify itself would not take a request: one that is too large, or no JSON. */
function isRefusal(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return false;
  return typeof thrown.statusCode === 'number' && thrown.statusCode < 500;
}

/** The store goes away with its host, whichever of the two connections breaks first. */
function errorOf(thrown: unknown): ToolstackError {
  if (!isXenStoreError(thrown, 'ECONNRESET')) return toToolstackError(thrown);
  return new ToolstackError('host-lost', thrown.message, {
    suggestions: ['Run the command again: it starts what is missing.'],
    cause: thrown,
  });
}

function notUnderstood(why: string): ToolstackError {
  return new ToolstackError('EINVAL', `the request is not understood: ${why}`);
}

function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'no-such-domain':
    case 'ENOENT':
    case 'ESRCH':
      return 404;
    case 'EEXIST':
    case 'EBUSY':
    case 'EAGAIN':
      return 409;
    case 'EINVAL':
    case 'ENOTSUP':
    case 'config-invalid':
      return 400;
    case 'EACCES':
    case 'EPERM':
      return 403;
    default:
      return 500;
  }
}
