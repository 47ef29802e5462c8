import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory that holds package.json, workers/, sandbox/ and docs/. */
export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/** A path below {@link repositoryRoot}. */
export const inRepository = (...path: string[]): string => join(repositoryRoot, ...path);

/** Arguments with which Node runs a TypeScript file of this repository. */
export function nodeArguments(file: string, ...args: string[]): string[] {
  return ['--conditions=source', '--import', import.meta.resolve('tsx'), inRepository(file), ...args];
}
