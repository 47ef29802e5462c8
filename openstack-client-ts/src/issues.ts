import type { z } from 'zod';

const MAX_ISSUES = 5;

/** What a schema found wrong, in one line: `servers.1.status: expected string, received undefined; …`. */
export const describeIssues = (error: z.ZodError): string => {
  const lines = error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => {
    const words = message.replace(/^Invalid input: /, '');
    return path.length === 0 ? words : `${path.map(String).join('.')}: ${words}`;
  });
  const more = error.issues.length - lines.length;
  return lines.join('; ') + (more > 0 ? `; and ${more} more` : '');
};
