import type { Socket } from 'node:net';
import { ToolstackError } from '../model/index.js';

/**
 * The result of `work`, as long as something goes to and fro on the socket that it uses.
 * @throws ToolstackError ETIMEDOUT when nothing did for `limitMs`
 */
export async function unlessSilent<Result>(
  socket: Socket,
  limitMs: number,
  work: Promise<Result>,
): Promise<Result> {
  const silence = new Promise<never>((_, reject) => {
    socket.setTimeout(limitMs, () => {
      reject(new ToolstackError('ETIMEDOUT', `no answer from the store within ${limitMs} ms`));
    });
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    socket.setTimeout(0);
  }
}
