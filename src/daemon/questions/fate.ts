import { z } from 'zod';
import { awaitStop } from '../../domain/index.js';
import { type Domid, parseDomid, parseUuid, type Uuid } from '../../model/index.js';
import { withDeadline } from '../../operations/index.js';
import { flag, type Question } from './question.js';

/** Below the time after which a client takes a daemon for dead. */
const LONGEST_WAIT_MS = 20_000;

export const fate: Question<'fate'> = {
  schema: z.object({
    domid: z
      .string()
      .transform(parseDomid)
      .refine(isThere<Domid>, 'no domid'),
    uuid: z
      .string()
      .transform(parseUuid)
      .refine(isThere<Uuid>, 'no UUID'),
    gone: flag,
  }),
  async answer({ toolstack: { host } }, { domid, uuid, gone = false }, left) {
    return withDeadline(LONGEST_WAIT_MS, 'the wait', async (limit) => {
      const signal = AbortSignal.any([left, limit]);
      try {
        const { reason } = await awaitStop(host, { domid, uuid, gone }, signal);
        return reason === 'gone' ? { state: 'gone' } : { state: 'shutdown', reason };
      } catch (thrown) {
        if (signal.aborted) return { state: 'standing' };
        throw thrown;
      }
    });
  },
};

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
