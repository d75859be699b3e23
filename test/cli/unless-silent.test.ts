import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { unlessSilent } from '../../src/cli/unless-silent.js';

test('what is asked of a store that never answers fails, and what is answered does not', async ({
  onTestFinished,
}) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  const never = new Promise<never>(() => undefined);
  await expect(unlessSilent(socket, 20, never)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    message: 'no answer from the store within 20 ms',
  });
  expect(await unlessSilent(socket, 20, Promise.resolve('answer'))).toBe('answer');
});
