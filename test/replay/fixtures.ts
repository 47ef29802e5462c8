import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { packageVersion } from '../../workers/code.ts';
import { historiesOf, type JsonHistory } from '../support/histories.ts';

const FOLDER = fileURLToPath(new URL('./histories', import.meta.url));

/** A history that some version of Slipway has written. */
export interface Fixture {
  /** `0.1.0/cluster-createCluster`. */
  readonly name: string;
  /** As `historiesOf` makes it. */
  readonly text: string;
}

/** All kept histories, of every version. */
export async function readFixtures(): Promise<Fixture[]> {
  const files = (await readdir(FOLDER, { recursive: true })).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => ({ name: file.slice(0, -5), text: await readFile(join(FOLDER, file), 'utf8') })),
  );
}

/**
 * Keeps the histories of these clusters as those of the current version: one of each kind of run that it has none of.
 * What was kept before stays, because an installation may have such runs; taken anew is what somebody has removed. Who
 * ran them, on which machine, is taken out.
 */
export async function writeFixtures(client: Client, clusters: readonly string[]): Promise<void> {
  const folder = join(FOLDER, packageVersion());
  await mkdir(folder, { recursive: true });
  const known = new Set((await readdir(folder)).map((file) => file.replace(/-\d+\.json$/, '')));
  for (const cluster of clusters) {
    const histories = (await historiesOf(client, cluster)).map((one) => ({ ...one, kind: kindOf(one) }));
    // A later operation's cluster was created and deleted, too.
    const fresh = histories.filter(({ kind }) => !known.has(kind));
    for (const { kind } of histories) known.add(kind);
    const counts = new Map<string, number>();
    for (const { kind, json } of fresh.sort((a, b) => a.startedAt - b.startedAt)) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      await writeFile(join(folder, `${kind}-${count}.json`), `${withoutIdentity(json)}\n`);
    }
  }
}

/** `createCluster` is a request, `createCluster-steps` the work. */
const kindOf = ({ type, workflowId }: JsonHistory): string =>
  type !== 'cluster' && workflowId.startsWith('cluster/') ? `${type}-steps` : type;

/**
 * Names of processes and machines say nothing, and do not belong into a repository. What SDK wrote it decides how it is
 * replayed, and stays.
 */
function withoutIdentity(json: string): string {
  const plain: unknown = JSON.parse(json, (key, value: unknown) => (key === 'identity' ? 'worker' : value));
  return JSON.stringify(plain, null, 1);
}
