import type { AddonRelease } from '../../addons/index.ts';
import { reportProgress } from '../lib/progress.ts';
import { type AddonTarget, wantedRelease } from './addon-target.ts';
import { prepareValues, type PreparedValues } from './addon-values.ts';
import { applyCrds } from './apply-crds.ts';
import { fetchChart } from './charts.ts';
import { renderUpgrade, upgradeArguments } from './dry-run.ts';
import { helmFailure } from './helm-failures.ts';
import { type FoundRelease, HelmReleases, KEPT_REVISIONS } from './helm-releases.ts';
import { type AddonDeps, HelmRun } from './helm-run.ts';
import { sameManifest } from './manifest-diff.ts';

/** How long what an addon consists of may take to be ready, and once more to be taken back. */
const READY_MINUTES = 10;
const INSTALL_MS = (2 * READY_MINUTES + 2) * 60_000;

/** How a release was brought to what is wanted. */
export interface EnsuredRelease {
  readonly version: string;
  /** Whether anything was done. */
  readonly changed: boolean;
}

/**
 * Installs an addon, or changes it to what the specification wants: chart, version, values, and what the chart makes of
 * them. Where all of that is deployed nothing is done. A change that fails is taken back by Helm.
 *
 * @throws ApplicationFailure `Addon.*` in Helm's words
 */
export const ensureRelease =
  (deps: AddonDeps) =>
  async (target: AddonTarget): Promise<EnsuredRelease> =>
    HelmRun.within(deps, target.id, async (run) => {
      const release = wantedRelease(target);
      const { key, version } = release;
      const releases = new HelmReleases(run, target.id);
      reportProgress({ detail: `${key}: looking at what is there` });
      const found = await releases.settle(release);
      const chart = await fetchChart(run, release);
      const prepared = await prepareValues(run, release, target);
      if (found !== undefined && (await isDeployed(run, releases, release, found, chart, prepared))) {
        return { version, changed: false };
      }
      await applyCrds(run, chart);
      reportProgress({ detail: `${key}: ${found === undefined ? 'installing' : 'changing to'} ${version}` });
      await upgrade(run, releases, release, chart, prepared);
      return { version, changed: true };
    });

async function isDeployed(
  run: HelmRun,
  releases: HelmReleases,
  release: AddonRelease,
  found: FoundRelease,
  chart: string,
  prepared: PreparedValues,
): Promise<boolean> {
  if (found.status !== 'deployed' || found.version !== release.version || found.rank !== release.rank) return false;
  if (!(await releases.haveValues(release, prepared))) return false;
  const rendered = await renderUpgrade(run, release, chart, prepared);
  return sameManifest(await releases.manifest(release), rendered, release.namespace);
}

async function upgrade(
  run: HelmRun,
  releases: HelmReleases,
  release: AddonRelease,
  chart: string,
  { values, secrets }: PreparedValues,
): Promise<void> {
  const { key, version } = release;
  const args = [
    ...upgradeArguments(release, chart),
    ...['--labels', releases.labels(release), '--history-max', `${KEPT_REVISIONS}`],
    ...['--wait', '--rollback-on-failure', '--timeout', `${READY_MINUTES}m`],
  ];
  try {
    await run.call(args, { input: JSON.stringify(values), timeoutMs: INSTALL_MS });
  } catch (error) {
    throw helmFailure(error, `installing ${key} ${version}`, secrets);
  }
}
