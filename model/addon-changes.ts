import { releasesOf, type WantedAddons } from '../addons/index.ts';
import { canonicalJson } from './same-spec.ts';

/** What a change of addons does with one of them, by specifications alone. */
export interface AddonChange {
  readonly key: string;
  readonly change: 'install' | 'change' | 'keep' | 'remove';
  /** Of the chart: the wanted one, or of an addon that goes the one that is there. */
  readonly version: string;
  /** That of the chart before, where it differs. */
  readonly from?: string;
  /** Keys of the addons that come before it. */
  readonly after: readonly string[];
}

/** What becomes of each addon when these are replaced by those that are wanted; what goes stands last. */
export function addonChanges(before: WantedAddons, wanted: WantedAddons, kubernetesVersion: string): AddonChange[] {
  const [old, next] = [releasesOf(before, kubernetesVersion), releasesOf(wanted, kubernetesVersion)];
  const going = old.filter(({ key }) => !next.some((one) => one.key === key));
  return [
    ...next.map(({ key, version, after, options }): AddonChange => {
      const was = old.find((one) => one.key === key);
      if (was === undefined) return { key, change: 'install', version, after };
      if (was.version !== version) return { key, change: 'change', version, from: was.version, after };
      const isSame = canonicalJson(was.options) === canonicalJson(options);
      return { key, change: isSame ? 'keep' : 'change', version, after };
    }),
    ...going.map(({ key, version }): AddonChange => ({ key, change: 'remove', version, after: [] })),
  ];
}
