import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestHost } from './helpers/embedded.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.start();
});
afterEach(async () => {
  await host.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

/** What the daemon answers to a client that is not ours. */
function send(method: string, path: string, body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const { daemonSocket: socketPath } = host.stateDir;
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers }, (response) => {
      json(response).then(
        (parsed) => resolve({ status: response.statusCode, body: parsed }),
        reject,
      );
    });
    sent.on('error', reject).end(body);
  });
}

test.each([
  ['no JSON', 'POST', '/v1/create', '{no'],
  ['nothing', 'POST', '/v1/destroy', '{}'],
  ['values of the wrong kinds', 'POST', '/v1/migrate', '{"domain":1,"destination":{}}'],
  ['a config beyond all sense', 'POST', '/v1/create', JSON.stringify('#'.repeat(5 * 1024 * 1024))],
  ['a limit that is none', 'GET', '/v1/history?limit=-1', ''],
])('a request with %s is refused, and says why', async (_, method, path, body) => {
  const answer = await send(method, path, body);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({
    error: {
      code: 'EINVAL',
      message: expect.stringMatching(/^the request is not understood: ./),
    },
  });
});

test('a path that is none is not found', async () => {
  expect(await send('GET', '/v1/nothing', '')).toMatchObject({
    status: 404,
    body: { error: { code: 'ENOENT' } },
  });
});
