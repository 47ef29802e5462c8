import { releasesOf, type WantedAddons } from '../addons/index.ts';

/** Half a working day: an operation that takes longer is looked at by a person. */
const MOST = 12 * 60;

/** Minutes that the addons of a cluster may take beside all else: one after the other, and each taken back once. */
export const addonMinutes = (addons: WantedAddons, kubernetesVersion: string): number =>
  Math.min(MOST, 30 * releasesOf(addons, kubernetesVersion).length);
