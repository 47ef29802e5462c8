import type { z } from 'zod';
import { describeIssues, FailureType, parseInput } from '../model/index.ts';
import { SlipwayError } from './slipway-error.ts';

/**
 * Checks an input before it is sent, so that what is wrong is known at once and nothing starts.
 *
 * @throws SlipwayError `Slipway.InvalidInput` with every field that is wrong
 */
export function parseRequest<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const parsed = parseInput(schema, input);
  if (parsed.ok) return parsed.value;
  throw new SlipwayError(FailureType.InvalidInput, `Cannot ${what}: ${describeIssues(parsed.issues)}`, {
    issues: parsed.issues,
  });
}
