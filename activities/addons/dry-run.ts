import { z } from 'zod';
import type { AddonRelease } from '../../addons/index.ts';
import type { PreparedValues } from './addon-values.ts';
import { helmFailure } from './helm-failures.ts';
import type { HelmRun } from './helm-run.ts';

const dryRunSchema = z.looseObject({ manifest: z.string().default('') });

/** What a release would consist of, asked of the API server and not done. May hold what is secret. */
export async function renderUpgrade(
  run: HelmRun,
  { key, release, namespace, version }: AddonRelease,
  chart: string,
  { values, secrets }: PreparedValues,
): Promise<string> {
  const args = [
    ...['upgrade', release, chart, '--install', '--namespace', namespace, '--create-namespace'],
    ...['--reset-values', '--values', '-', '--dry-run=server', '--skip-crds'],
  ];
  try {
    return (await run.json(args, dryRunSchema, { input: JSON.stringify(values) })).manifest;
  } catch (error) {
    throw helmFailure(error, `trying ${key} ${version}`, secrets);
  }
}
