import { type AddonRelease, releasesOf } from '../../addons/index.ts';
import type { ClusterSpec } from '../../model/index.ts';
import { prepareValues } from './addon-values.ts';
import { HelmReleases, type ReleaseName, type ReleaseRevision } from './helm-releases.ts';
import { type AddonDeps, HelmRun } from './helm-run.ts';

/** A release of ours as it is in the cluster. */
export interface ReleaseLook extends ReleaseName {
  /** The addon: a key of the catalogue, or a name. */
  readonly key: string;
  /** Whether the specification wants it. */
  readonly wanted: boolean;
  readonly status: string;
  readonly revision: number;
  /** Of the chart. */
  readonly version: string;
  readonly appVersion: string;
  /** How many others came before it when it was installed. */
  readonly rank: number;
  /** With `details`: whether its values are other ones than those that are wanted; absent where it is not wanted. */
  readonly drift?: boolean;
  /** With `details`. */
  readonly history?: readonly ReleaseRevision[];
}

export interface LookAtReleasesInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  /** Also how its values differ and what changed last: for each release some calls of Helm, and its secrets. */
  readonly details?: boolean;
}

/** Every release that Slipway made in a cluster, whether it is still wanted or not. Changes nothing. */
export const lookAtReleases =
  (deps: AddonDeps) =>
  async (input: LookAtReleasesInput): Promise<ReleaseLook[]> =>
    HelmRun.within(deps, input.id, async (run) => {
      const releases = new HelmReleases(run, input.id);
      const wanted = releasesOf(input.spec.addons, input.spec.kubernetes.version);
      const looks: ReleaseLook[] = [];
      for (const name of await releases.own()) {
        const found = await releases.find(name);
        // It went since the list was made.
        if (found === undefined) continue;
        const { status, revision, version, appVersion, rank } = found;
        const want = wanted.find((one) => one.release === name.release && one.namespace === name.namespace);
        looks.push({
          ...{ ...name, key: want?.key ?? found.addon, wanted: want !== undefined },
          ...{ status, revision, version, appVersion, rank },
          ...(input.details === true ? await detailsOf(name, want) : {}),
        });
      }
      return looks;

      async function detailsOf(name: ReleaseName, want: AddonRelease | undefined) {
        const history = await releases.history(name);
        if (want === undefined) return { history };
        return { history, drift: !(await releases.haveValues(want, await prepareValues(run, want, input))) };
      }
    });
