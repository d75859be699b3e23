import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import {
  type DaemonStatus,
  type ErrorCode,
  type ErrorReply,
  type OperationEvent,
  type ReplyLine,
  ToolstackError,
  toToolstackError,
  type WarningLine,
} from '../model/index.js';
import type { OperationHandle } from '../operations/index.js';
import { describeIssues } from '../runtime/describe-issues.js';
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

const requestedBy = z.string().max(4096);
const reference = z.string().min(1).max(256);
const createBody = z.object({
  text: z.string(),
  file: z.string(),
  cwd: z.string(),
  overrides: z.array(z.string()),
  paused: z.boolean(),
  requestedBy,
});
const destroyBody = z.object({ domain: reference, requestedBy });
const migrateBody = z.object({
  domain: reference,
  destination: z.string(),
  requestedBy,
  maxDowntimeMs: z.int().min(1).exactOptional(),
  bandwidthKib: z.int().min(1).exactOptional(),
});
const domainsQuery = z.object({ domain: reference.optional(), long: z.literal('1').optional() });
const historyQuery = z.object({
  domain: reference.optional(),
  limit: z.coerce.number().int().min(1).max(100_000).optional(),
});

/** The daemon's HTTP API, as src/model/api.ts describes it. */
export function makeApi({ toolstack, logger, status, stop }: ApiOptions): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: 'idle' });

  app.setErrorHandler((thrown, _request, reply) => {
    const error = isRefusal(thrown) ? notUnderstood(thrown.message) : toToolstackError(thrown);
    if (error.code === 'internal') logger.error({ err: thrown }, 'a request failed');
    return reply.status(statusOf(error.code)).send({ error: error.toJSON() } satisfies ErrorReply);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new ToolstackError('ENOENT', `there is no ${request.method} ${request.url}`);
    return reply.status(404).send({ error: error.toJSON() } satisfies ErrorReply);
  });

  app.get('/v1/status', () => status());
  app.get('/v1/domains', async ({ query }) => {
    const { domain, long } = parse(domainsQuery, query);
    return { domains: await toolstack.domains(domain, long !== undefined) };
  });
  app.get('/v1/history', ({ query }) => {
    const { domain, limit } = parse(historyQuery, query);
    return Promise.resolve(toolstack.history(domain, limit));
  });
  app.post('/v1/create', async ({ body }, reply) => {
    const { warnings, operation } = await toolstack.create(parse(createBody, body));
    return streamOf(reply, operation, warnings);
  });
  app.post('/v1/destroy', async ({ body }, reply) =>
    streamOf(reply, await toolstack.destroy(parse(destroyBody, body)), []),
  );
  app.post('/v1/migrate', async ({ body }, reply) =>
    streamOf(reply, await toolstack.migrate(parse(migrateBody, body)), []),
  );
  app.post('/v1/stop', async (_request, reply) => {
    await reply.send({});
    stop();
    return reply;
  });
  return app;

  /** Waits for the first event, so that what fails before an operation begins is an error reply. */
  async function streamOf(
    reply: FastifyReply,
    operation: OperationHandle,
    warnings: readonly WarningLine[],
  ): Promise<FastifyReply> {
    // Who leaves does not end the operation; what becomes of it is in the journal.
    operation.finished.catch((err: unknown) => logger.warn({ err, operation: operation.id }));
    const events = operation.events[Symbol.asyncIterator]();
    const first = await events.next();
    const body = new PassThrough();
    pipeline(linesOf(warnings, first, events), body).catch((err: unknown) =>
      logger.debug({ err, operation: operation.id }, 'a follower left'),
    );
    return reply.type('application/x-ndjson').send(body);
  }
}

async function* linesOf(
  warnings: readonly WarningLine[],
  first: IteratorResult<OperationEvent>,
  rest: AsyncIterator<OperationEvent>,
): AsyncGenerator<string> {
  const line = (entry: ReplyLine): string => `${JSON.stringify(entry)}\n`;
  for (const warning of warnings) yield line(warning);
  for (let next = first; next.done !== true; next = await rest.next()) yield line(next.value);
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
