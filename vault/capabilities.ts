import { z } from 'zod';
import type { VaultRequest } from './transport.ts';

const schema = z.looseObject({ data: z.record(z.string(), z.unknown()) });
type Answer = z.output<typeof schema>;

/** Asks what the token in use may do at these paths (Vault API: /sys/capabilities-self). */
export const capabilitiesOf = (paths: readonly string[]): VaultRequest<Answer> => ({
  method: 'POST',
  path: 'sys/capabilities-self',
  body: { paths },
  schema,
});

/** What an answer grants at a path; it also holds fields that are no paths. `deny` alone where it says nothing. */
export const granted = ({ data }: Answer, path: string): string[] =>
  z.array(z.string()).catch(['deny']).parse(data[path]);

/** The capabilities that are needed and not granted. */
export const lacking = (needed: readonly string[], has: readonly string[]): string[] =>
  has.includes('root') ? [] : needed.filter((one) => !has.includes(one));
