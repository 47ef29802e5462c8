import { ApplicationFailure } from '@temporalio/activity';
import { type AddonRelease, releasesOf } from '../../addons/index.ts';
import { type ClusterSpec, FailureType } from '../../model/index.ts';

/** One addon of a cluster's specification. */
export interface AddonTarget {
  readonly id: string;
  readonly spec: ClusterSpec;
  /** Its key in the catalogue, or the name of one of one's own. */
  readonly addon: string;
}

/** The addon's release as the specification wants it. */
export function wantedRelease({ spec, addon }: AddonTarget): AddonRelease {
  const release = releasesOf(spec.addons, spec.kubernetes.version).find(({ key }) => key === addon);
  if (release !== undefined) return release;
  throw ApplicationFailure.nonRetryable(`the specification has no addon ${addon}`, FailureType.InvalidInput);
}
