import { z } from 'zod';
import type { DaemonStatus, QuestionName, Questions } from '../../model/index.js';
import type { Toolstack } from '../toolstack.js';

/** What questions are answered from. */
export interface Knowledge {
  readonly toolstack: Toolstack;
  readonly status: () => DaemonStatus;
}

/** One question that users can ask. */
export interface Question<Name extends QuestionName> {
  /** From the text of the query's values to what they mean. */
  readonly schema: z.ZodType<Questions[Name]['query']>;
  /** @param signal aborts when nobody waits for the answer any more */
  answer(
    knowledge: Knowledge,
    query: Questions[Name]['query'],
    signal: AbortSignal,
  ): Questions[Name]['reply'] | Promise<Questions[Name]['reply']>;
}

/** A switch in a query: there with `1`, or not there. */
export const flag = z
  .literal('1')
  .transform(() => true)
  .exactOptional();
