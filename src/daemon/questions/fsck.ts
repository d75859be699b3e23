import { z } from 'zod';
import { auditHost } from '../snapshot.js';
import type { Question } from './question.js';

export const fsck: Question<'fsck'> = {
  schema: z.object({}),
  answer: ({ toolstack }) => auditHost(toolstack),
};
