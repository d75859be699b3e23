import { setTimeout as delay } from 'node:timers/promises';
import { growingWaits } from './backoff.js';
import type { StoreConnection } from './connection.js';
import { isXenStoreError, XenStoreError } from './errors.js';
import type { StoreLink } from './link.js';
import { splitStrings, TreeRequests } from './requests.js';
import type { StoreView } from './view.js';
import { MessageType } from './wire.js';

/**
 * The first wait after a collision, and the longest, in ms. A collision has no event to await. Against
 * the C xenstored, 16 writers of 35 nodes each make twice as many domains a second with these waits
 * as without, and need a quarter of the attempts; 64 of them lost one transaction in eight without.
 */
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 64;
const START = { verb: 'start a transaction' };
const COMMIT = { verb: 'commit a transaction' };
const ABANDON = { verb: 'abandon a transaction' };

type Body<T> = (tx: StoreView) => Promise<T>;

/** Committed, or without effect and worth another attempt. */
type Outcome<T> = { readonly result: T } | { readonly failure: XenStoreError };

/**
 * Runs `body` in a transaction until one is committed, at most `attempts` times. After a collision
 * it waits a little, as the C xenstored lets none of many through otherwise: whoever collided comes
 * back at once and collides again. After a lost connection the link waits for the next one.
 */
export async function runTransaction<T>(
  link: StoreLink,
  body: Body<T>,
  attempts: number,
): Promise<T> {
  const waits = growingWaits(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  for (let attempt = 1; ; attempt++) {
    const outcome = await link.withConnection(START, (connection) =>
      runOnce(link, connection, body),
    );
    if ('result' in outcome) return outcome.result;
    const { failure } = outcome;
    if (attempt >= attempts) {
      throw new XenStoreError(failure.code, `transaction given up after ${attempts} attempts`, {
        cause: failure,
      });
    }
    if (failure.code === 'EAGAIN') await delay(waits.next().value);
  }
}

async function runOnce<T>(
  link: StoreLink,
  connection: StoreConnection,
  body: Body<T>,
): Promise<Outcome<T>> {
  // Whatever failed while the connection was lost: nothing of the transaction is left, so all of
  // it can run again where there will be another connection.
  const again = () => (link.lost === undefined ? connection.lost : undefined);
  let id: number | undefined;
  let result: T;
  try {
    id = await start(connection);
    result = await inTransaction(connection, id, body);
  } catch (error) {
    const failure = again();
    if (failure !== undefined) return { failure };
    if (id !== undefined) await abandon(connection, id);
    throw error;
  }
  const failure = again() ?? (await commit(connection, id));
  return failure === undefined ? { result } : { failure };
}

async function start(connection: StoreConnection): Promise<number> {
  const answer = await connection.request(MessageType.TRANSACTION_START, 0, '\0', START);
  return Number(splitStrings(answer.toString('latin1'))[0]);
}

async function inTransaction<T>(
  connection: StoreConnection,
  id: number,
  body: Body<T>,
): Promise<T> {
  let over = false;
  const view = new TreeRequests((type, payload, what) =>
    over
      ? Promise.reject(
          new XenStoreError('ENOENT', `${what.verb} in a transaction that is over`, what),
        )
      : connection.request(type, id, payload, what),
  );
  try {
    return await body(view);
  } finally {
    over = true;
  }
}

/** Undefined when committed, else the collision. */
async function commit(connection: StoreConnection, id: number): Promise<XenStoreError | undefined> {
  try {
    await connection.request(MessageType.TRANSACTION_END, id, 'T\0', COMMIT);
    return undefined;
  } catch (error) {
    if (isXenStoreError(error, 'EAGAIN')) return error;
    throw error;
  }
}

/** The failure that led here is the one to report; a lost connection ends transactions too. */
async function abandon(connection: StoreConnection, id: number): Promise<void> {
  try {
    await connection.request(MessageType.TRANSACTION_END, id, 'F\0', ABANDON);
  } catch (error) {
    if (connection.lost === undefined && !isXenStoreError(error, 'ENOENT')) throw error;
  }
}
