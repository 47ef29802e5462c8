import { z } from 'zod';
import type { AddonRelease } from '../../addons/index.ts';
import type { PreparedValues } from './addon-values.ts';
import { helmFailure } from './helm-failures.ts';
import type { HelmRun } from './helm-run.ts';

const dryRunSchema = z.looseObject({ manifest: z.string().default('') });

/** Has Helm bring a release to a chart and the values on its standard input, without the chart's `crds` folder. */
export const upgradeArguments = ({ release, namespace }: AddonRelease, chart: string): string[] => [
  ...['upgrade', release, chart, '--install', '--namespace', namespace, '--create-namespace', '--skip-crds'],
  // Values that are not wanted any more go.
  ...['--reset-values', '--values', '-'],
];

/** What a release would consist of, asked of the API server and not done. May hold what is secret. */
export async function renderUpgrade(
  run: HelmRun,
  release: AddonRelease,
  chart: string,
  { values, secrets }: PreparedValues,
): Promise<string> {
  const { key, version } = release;
  try {
    const args = [...upgradeArguments(release, chart), '--dry-run=server'];
    return (await run.json(args, dryRunSchema, { input: JSON.stringify(values) })).manifest;
  } catch (error) {
    throw helmFailure(error, `trying ${key} ${version}`, secrets);
  }
}
