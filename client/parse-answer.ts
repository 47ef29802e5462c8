import type { z } from 'zod';
import { ClientFailureType, SlipwayError } from './slipway-error.ts';

/**
 * What a worker told, as this client knows it; fields that only a newer release has are left out.
 *
 * @param what what was asked, as an infinitive: `describe cluster atlas`
 * @throws SlipwayError `Client.UnknownAnswer` with the fields that differ
 */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the answer'}: ${message}`);
  throw new SlipwayError(
    ClientFailureType.UnknownAnswer,
    `Could not ${what}: the workers' answer is not one that this release knows (${fields.slice(0, 5).join('; ')}). ` +
      'Use the release of Slipway that the workers run',
    { cause: parsed.error },
  );
}
