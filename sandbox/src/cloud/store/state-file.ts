import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Row } from './table.ts';

const row = z.looseObject({ id: z.string() });
const stateSchema = z.looseObject({
  version: z.literal(1),
  passwords: z.record(z.string(), z.string()),
  tables: z.record(z.string(), z.array(row)),
  transitions: z.array(
    z.object({ kind: z.string(), id: z.string(), at: z.number(), readableFrom: z.number().optional() }),
  ),
  blobs: z.record(z.string(), z.string()),
});

/** A table as saving and loading see it: rows come back as they were written. */
interface AnyTable {
  all(): Row[];
  clear(): void;
  insert(row: Row): unknown;
}

function eachTable(cloud: Cloud): [string, AnyTable][] {
  return Object.entries(cloud.tables);
}

/** Writes the whole cloud to a file, readable by its owner only: it holds the users' passwords. */
export async function saveState(cloud: Cloud, file: string): Promise<void> {
  const state: z.input<typeof stateSchema> = {
    version: 1,
    passwords: Object.fromEntries(cloud.passwords),
    tables: Object.fromEntries(eachTable(cloud).map(([name, table]) => [name, table.all().map((one) => ({ ...one }))])),
    transitions: cloud.transitions.pending(),
    blobs: Object.fromEntries([...cloud.blobs].map(([key, bytes]) => [key, bytes.toString('base64')])),
  };
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(state), { mode: 0o600 });
  await rename(temporary, file);
}

/**
 * Replaces the cloud by what a file holds; what was due meanwhile happens at once.
 * @returns false when there is no such file.
 * @throws Error that names the file when it is not a saved state.
 */
export async function loadState(cloud: Cloud, file: string): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  let state: z.output<typeof stateSchema>;
  try {
    state = stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is not a state saved by this sandbox; remove it or name another file`, { cause: error });
  }
  cloud.transitions.clear();
  for (const [name, table] of eachTable(cloud)) {
    table.clear();
    for (const one of state.tables[name] ?? []) table.insert(one);
  }
  cloud.blobs.clear();
  for (const [key, bytes] of Object.entries(state.blobs)) cloud.blobs.set(key, Buffer.from(bytes, 'base64'));
  cloud.passwords.clear();
  for (const [user, password] of Object.entries(state.passwords)) cloud.passwords.set(user, password);
  cloud.transitions.restore(state.transitions);
  return true;
}
