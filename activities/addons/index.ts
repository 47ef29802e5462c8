import type { HelmSettings, RoomDeps } from '../deps.ts';
import { diffRelease } from './diff-release.ts';
import { ensureRelease } from './ensure-release.ts';
import { lookAtReleases } from './look-at-releases.ts';
import { removeRelease } from './remove-release.ts';
import { waitForAddon } from './wait-for-addon.ts';

const UNCONFIGURED: HelmSettings = { program: 'helm', environment: {}, chartSource: 'upstream' };

/** Activities of this room: Helm releases in a cluster. */
export const addonsActivities = ({ vault, helm = UNCONFIGURED }: RoomDeps) => ({
  lookAtReleases: lookAtReleases({ vault, helm }),
  ensureRelease: ensureRelease({ vault, helm }),
  waitForAddon: waitForAddon({ vault, helm }),
  diffRelease: diffRelease({ vault, helm }),
  removeRelease: removeRelease({ vault, helm }),
});
