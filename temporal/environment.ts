import { z } from 'zod';

/** Environment variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment does not say what a process needs; the message names every variable that is wrong and why. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Parses environment variables with a schema whose keys are their names. An empty variable counts as absent, as compose
 * files and service managers write it. Values are never repeated in the error: they may be secrets.
 *
 * @throws ConfigurationError naming every variable that does not fit.
 */
export function parseEnvironment<S extends z.ZodObject>(schema: S, environment: Environment): z.output<S> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigurationError(`the environment is not usable:\n  ${problems.join('\n  ')}`);
}

/** A whole number within limits, written in decimal. */
export const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `must be from ${minimum} to ${maximum}`);

/** A switch: `on` or `off`; `true` and `false` are taken as well. */
export const onOff = z
  .enum(['on', 'off', 'true', 'false'], { error: 'must be on or off' })
  .transform((value) => value === 'on' || value === 'true');
