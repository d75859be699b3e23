import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { z } from 'zod';
import type { Frame } from '../../hypervisor/embedded/frames.js';
import type { HypercallName } from '../../hypervisor/embedded/hypercalls.js';
import { ToolstackError, toToolstackError } from '../../model/index.js';
import { describeIssues } from '../../runtime/describe-issues.js';
import type { Answer, Handlers } from './handlers.js';
import { schemas } from './schemas.js';
import { type Reply, ServedConnection } from './served-connection.js';

const request = z.object({ call: z.string(), params: z.unknown().optional() });

/**
 * Answers hypercalls on a UNIX socket. Who may open the socket may do all, as with
 * /dev/xen/privcmd: that is its owner.
 */
export class HypercallServer {
  readonly #handlers: Handlers;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(socketPath: string): Promise<void> {
    await rm(socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(socketPath, resolve);
    });
    await chmod(socketPath, 0o600);
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    new ServedConnection(socket, (frame) => this.#reply(frame));
  }

  #reply(frame: Frame): Reply | Promise<Reply> {
    try {
      const answer = this.#dispatch(frame);
      return answer instanceof Promise ? answer.then(success, failure) : success(answer);
    } catch (error) {
      return failure(error);
    }
  }

  #dispatch(frame: Frame): Answer<unknown> | Promise<Answer<unknown>> {
    const parsed = request.safeParse(frame.json);
    if (!parsed.success || !isHypercall(parsed.data.call)) {
      throw new ToolstackError('EINVAL', 'there is no such hypercall');
    }
    return this.#run(parsed.data.call, parsed.data.params ?? {}, frame.bytes);
  }

  #run<Name extends HypercallName>(
    name: Name,
    params: unknown,
    bytes: Buffer,
  ): Answer<unknown> | Promise<Answer<unknown>> {
    const checked = schemas[name].safeParse(params);
    if (!checked.success) {
      throw new ToolstackError('EINVAL', `${name}: ${describeIssues(checked.error)}`);
    }
    return this.#handlers[name](checked.data, bytes);
  }
}

function success({ result, bytes }: Answer<unknown>): Reply {
  return { json: { result }, bytes };
}

function failure(error: unknown): Reply {
  return { json: { error: toToolstackError(error).toJSON() } };
}

function isHypercall(name: string): name is HypercallName {
  return Object.hasOwn(schemas, name);
}
