import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historiesOf } from '../support/histories.ts';
import type { House } from './house.ts';
import type { CaseResult } from './run-case.ts';

/** A case has about six histories. Only so many cases' are kept, so that a run in which everything fails ends. */
const MAX_CASES = 50;

/** Writes the histories of these cases as JSON: `<out>/histories/<cluster>/<workflow>.json`. */
export async function exportCaseHistories(
  { temporal }: House,
  results: readonly CaseResult[],
  out: string,
): Promise<void> {
  for (const { cluster, name } of results.slice(0, MAX_CASES)) {
    const folder = join(out, 'histories', cluster);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'case.txt'), `${name}\n`);
    for (const { workflowId, runId, json } of await historiesOf(temporal.client, cluster)) {
      await writeFile(join(folder, `${workflowId.replaceAll('/', '_')}-${runId.slice(0, 8)}.json`), json);
    }
  }
}
