import { reportProgress } from '../lib/progress.ts';
import { HelmReleases, type ReleaseName } from './helm-releases.ts';
import { type AddonDeps, HelmRun } from './helm-run.ts';

export interface RemoveReleaseInput extends ReleaseName {
  readonly id: string;
}

/**
 * Removes a release that Slipway made. Its namespace stays, and what a chart's `crds` folder holds: with them the
 * objects of users would go.
 */
export const removeRelease =
  (deps: AddonDeps) =>
  async ({ id, release, namespace }: RemoveReleaseInput): Promise<void> =>
    HelmRun.within(deps, id, async (run) => {
      reportProgress({ detail: `removing ${release}` });
      await new HelmReleases(run, id).remove({ release, namespace });
    });
