import type { ZodError } from 'zod';

/** What does not fit a schema, in one line. */
export function describeIssues(error: ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
