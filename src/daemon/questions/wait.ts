import { z } from 'zod';
import { awaitState } from '../../domain/index.js';
import { AWAITED_STATES } from '../../model/index.js';
import { withDeadline } from '../../operations/index.js';
import { oneDomain } from './about-domains.js';
import type { Question } from './question.js';

/** Below the time after which a client takes a daemon for dead; who wants more asks again. */
const LONGEST_WAIT_MS = 20_000;

export const wait: Question<'wait'> = {
  schema: oneDomain.extend({
    for: z.enum(AWAITED_STATES),
    timeoutMs: z.coerce.number().int().min(0),
  }),
  answer({ toolstack: { host } }, { domain, for: state, timeoutMs }, signal) {
    return withDeadline(Math.min(timeoutMs, LONGEST_WAIT_MS), 'the wait', (limit) =>
      awaitState(host, domain, state, AbortSignal.any([signal, limit])),
    );
  },
};
