import { z } from 'zod';
import type { Question } from './question.js';

export const status: Question<'status'> = {
  schema: z.object({}),
  answer: (knowledge) => knowledge.status(),
};
