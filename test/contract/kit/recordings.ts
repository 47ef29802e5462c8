import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Transcript } from './transcript.ts';

/** What the real services answered to the cases of one area, by the name of the case. */
export type Recordings = ReadonlyMap<string, Transcript>;

const entrySchema = z.union([
  z.strictObject({
    request: z.string(),
    status: z.number(),
    headers: z.record(z.string(), z.unknown()),
    body: z.unknown().optional(),
  }),
  z.strictObject({ note: z.string(), value: z.unknown() }),
]);
const fileSchema = z.record(z.string(), z.array(entrySchema));

const folder = join(import.meta.dirname, '..', 'recorded');
const fileOf = (area: string): string => join(folder, `${area}.json`);

/** Tokens, addresses with a port, and private keys: what must never be in a recording. */
const UNFIT = /gAAAAA[\w-]{20,}|(?:127\.0\.0\.1|localhost):\d+|-----BEGIN [A-Z ]*PRIVATE KEY/;

/** Reads the recordings of an area; empty if there are none. @throws if the file is not one of recordings */
export async function readRecordings(area: string): Promise<Recordings> {
  const text = await readFile(fileOf(area), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  const parsed = fileSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${fileOf(area)} holds no recordings: ${z.prettifyError(parsed.error)}`);
  return new Map(Object.entries(parsed.data));
}

/**
 * Writes what the real services answered, one request a line. Cases of `cases` that were not run keep their recording;
 * others go.
 * @throws if an answer holds what must not be kept, such as a token; nothing is written then
 */
export async function writeRecordings(area: string, cases: readonly string[], fresh: Recordings): Promise<void> {
  const known = await readRecordings(area);
  const lines = cases.flatMap((name) => {
    const transcript = fresh.get(name) ?? known.get(name);
    if (transcript === undefined) return [];
    const entries = transcript.map((entry) => {
      const line = JSON.stringify(entry);
      const unfit = UNFIT.exec(line);
      if (unfit) throw new Error(`${area}: ${name}: ${unfit[0]} must not be recorded; it needs a label: ${line}`);
      return `    ${line}`;
    });
    return [`  ${JSON.stringify(name)}: [\n${entries.join(',\n')}\n  ]`];
  });
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(area), `{\n${lines.join(',\n')}\n}\n`);
}
