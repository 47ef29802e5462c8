import { releasesOf } from '../../addons/index.ts';
import type { ClusterDescription } from '../../model/index.ts';

/** Headings of {@link addonRows}. */
export const ADDON_COLUMNS = ['ADDON', 'VERSION', 'STATE', 'NAMESPACE', 'REQUIRED'];

/** The addons that a cluster's specification wants, and how the last operation left each. */
export function addonRows({ spec, observed }: Pick<ClusterDescription, 'spec' | 'observed'>): string[][] {
  return releasesOf(spec.addons, spec.kubernetes.version).map(({ key, version, namespace, required }) => {
    const seen = observed?.addons[key];
    const state =
      seen === undefined ? 'unknown' : seen.version === version ? seen.state : `${seen.version} ${seen.state}`;
    return [key, version, state, namespace, required ? 'yes' : 'no'];
  });
}
