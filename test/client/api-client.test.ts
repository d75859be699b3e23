import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { apiClient } from '../../src/client/api-client.js';
import type { ReplyLine } from '../../src/model/index.js';
import { temporaryDirectory } from '../runtime/temporary.js';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Request {
  readonly line: string;
  readonly body: string;
}

/** A server on a UNIX socket that answers each request as told. */
async function serve(answer: (request: Request, response: ServerResponse) => void) {
  const socketPath = join(temporaryDirectory(), 'api.sock');
  const server = createServer((message: IncomingMessage, response) => {
    const line = `${message.method} ${message.url}`;
    void text(message).then((body) => answer({ line, body }, response));
  });
  server.listen(socketPath);
  await once(server, 'listening');
  closers.push(() => server.close().closeAllConnections());
  return apiClient(socketPath);
}

async function collect(lines: AsyncIterable<ReplyLine>): Promise<ReplyLine[]> {
  const collected: ReplyLine[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

const DESTROY = { domain: 'web', requestedBy: 'alice: domovoi destroy web' };
const WARNING: ReplyLine = { event: 'warning', message: 'дом', where: 'web.cfg:1:1' };
const FINISHED: ReplyLine = {
  event: 'finished',
  operation: 'operation-1',
  status: 'succeeded',
  state: {},
};

describe('the client of the daemon', () => {
  test('asks for what it is told to', async () => {
    const asked: Request[] = [];
    const daemon = await serve((request, response) => {
      asked.push(request);
      response.end('{"domains":[]}');
    });
    expect(await daemon.ask('domains')).toEqual({ domains: [] });
    await daemon.ask('domains', { domain: 'a b&c', long: true });
    await daemon.ask('history', { domain: '3', limit: 5 });
    await daemon.ask('status');
    await daemon.stop();
    expect(asked).toEqual([
      { line: 'GET /v1/domains', body: '' },
      { line: 'GET /v1/domains?domain=a+b%26c&long=1', body: '' },
      { line: 'GET /v1/history?domain=3&limit=5', body: '' },
      { line: 'GET /v1/status', body: '' },
      { line: 'POST /v1/stop', body: '{}' },
    ]);
  });

  test('reads a stream line by line, cut anywhere, until the operation has finished', async () => {
    const daemon = await serve((request, response) => {
      expect(request).toEqual({ line: 'POST /v1/destroy', body: JSON.stringify(DESTROY) });
      const bytes = Buffer.from(
        [WARNING, FINISHED].map((line) => `${JSON.stringify(line)}\n`).join(''),
      );
      for (const byte of bytes) response.write(Buffer.of(byte));
      // The daemon need not hang up.
    });
    expect(await collect(await daemon.change('destroy', DESTROY))).toEqual([WARNING, FINISHED]);
  });

  test('revives the errors of the daemon', async () => {
    const error = { code: 'no-such-domain', message: 'no web', suggestions: ['Look.'] } as const;
    const daemon = await serve((_, response) => {
      response.statusCode = 404;
      response.end(JSON.stringify({ error }));
    });
    await expect(daemon.change('destroy', DESTROY)).rejects.toMatchObject(error);
    await expect(daemon.ask('domains')).rejects.toMatchObject(error);
  });

  test('says that the daemon is not there', async () => {
    const socketPath = join(temporaryDirectory(), 'api.sock');
    await expect(apiClient(socketPath).ask('status')).rejects.toMatchObject({
      code: 'daemon-unreachable',
      where: socketPath,
      cause: { code: 'ENOENT' },
    });
  });

  test('says that the daemon went away in the middle of an operation', async () => {
    const daemon = await serve((_, response) => {
      response.write(`${JSON.stringify(WARNING)}\n`);
      setImmediate(() => response.destroy());
    });
    const lines = await daemon.change('destroy', DESTROY);
    await expect(collect(lines)).rejects.toMatchObject({ code: 'daemon-unreachable' });
  });

  test('says so too when the stream ends in good order but too soon', async () => {
    const daemon = await serve((_, response) => response.end(`${JSON.stringify(WARNING)}\n`));
    const lines = await daemon.change('destroy', DESTROY);
    await expect(collect(lines)).rejects.toMatchObject({ code: 'daemon-unreachable' });
  });
});
