import { z } from 'zod';
import { accessSchema, authenticationSchema, isFields, parseInput } from '../../model/index.ts';
import type { Session } from '../cli.ts';
import { usageError } from '../usage-error.ts';
import { readInput } from './read-input.ts';
import { parseYaml } from './yaml-document.ts';

/** The part of a specification that says who the users are and what they may do. */
const usersSchema = z.object({
  access: accessSchema,
  kubernetes: z.object({ authentication: authenticationSchema.prefault({}) }).prefault({}),
});

/** What users may do, and who they are where the file says it, as a person writes them. */
export interface AccessInput {
  readonly access: z.input<typeof accessSchema>;
  readonly authentication?: z.input<typeof authenticationSchema>;
}

/**
 * Reads from a file who the users are and what they may do. A cluster's specification says both, and has to have
 * `access`. A list is what stands under it there, and says nothing of who they are.
 *
 * @throws SlipwayError `Slipway.InvalidInput`; the message names each field
 */
export async function readAccess(file: string, session: Session): Promise<AccessInput> {
  const fileName = file === '-' ? 'standard input' : file;
  const text = await readInput(file, session.environment.stdin, session.signal);
  const document = parseYaml(text, fileName);
  const { value } = document;
  const isList = Array.isArray(value);
  const parsed = parseInput(usersSchema, isList ? { access: value as unknown } : value);
  if (parsed.ok) {
    const { access, kubernetes } = parsed.value;
    return isList ? { access } : { access, authentication: kubernetes.authentication };
  }
  const lines = parsed.issues.map((issue) => {
    const place = isFields(value) ? document.locate(issue) : undefined;
    return `  ${fileName}${place === undefined ? '' : `:${place}`}: ${issue.path}: ${issue.reason}`;
  });
  throw usageError(`The access does not fit:\n${lines.join('\n')}`, parsed.issues);
}
