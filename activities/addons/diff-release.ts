import { reportProgress } from '../lib/progress.ts';
import { type AddonTarget, wantedRelease } from './addon-target.ts';
import { prepareValues } from './addon-values.ts';
import { fetchChart } from './charts.ts';
import { renderUpgrade } from './dry-run.ts';
import { HelmReleases } from './helm-releases.ts';
import { type AddonDeps, HelmRun } from './helm-run.ts';
import { manifestChanges, type ObjectChange } from './manifest-diff.ts';

/** Objects that are told of one addon: payloads stay small. */
const MAX_OBJECTS = 200;

/** What an addon would change. */
export interface ReleaseDiff {
  readonly objects: readonly ObjectChange[];
  /** How many more there are. */
  readonly more: number;
}

/** Says what `ensureRelease` would change, by a dry run on the API server. Changes nothing. */
export const diffRelease =
  (deps: AddonDeps) =>
  async (target: AddonTarget): Promise<ReleaseDiff> =>
    HelmRun.within(deps, target.id, async (run) => {
      const release = wantedRelease(target);
      reportProgress({ detail: `${release.key}: comparing` });
      const releases = new HelmReleases(run, target.id);
      const [found, chart] = [await releases.find(release), await fetchChart(run, release)];
      const rendered = await renderUpgrade(run, release, chart, await prepareValues(run, release, target));
      const before = found === undefined ? '' : await releases.manifest(release);
      const objects = manifestChanges(before, rendered, release.namespace);
      return { objects: objects.slice(0, MAX_OBJECTS), more: Math.max(0, objects.length - MAX_OBJECTS) };
    });
