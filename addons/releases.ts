import type { z } from 'zod';
import type { AddonVersion, ChartValues, ClusterFacts, ReadyCheck, UpstreamChart } from './addon.ts';
import { type AddonKey, addonKeys, addonOf, type Catalogue } from './catalogue.ts';
import { type Cni, type CniKey, isCniKey } from './cni.ts';
import type { CustomAddon } from './custom.ts';
import { addonOrder } from './order.ts';

/** The addons of a specification, with every default. */
export type WantedAddons = {
  readonly [Key in Exclude<AddonKey, CniKey>]?: Readonly<z.output<Catalogue[Key]['options']>> | undefined;
} & { readonly cni?: Cni | undefined; readonly custom: readonly CustomAddon[] };

/** An addon of a specification as Helm is to have it. */
export interface AddonRelease {
  /** The catalogue's key, or the name of an addon of one's own. */
  readonly key: string;
  readonly title: string;
  /** Name of the Helm release. */
  readonly release: string;
  readonly namespace: string;
  /** Without a repository it is in the worker's folder of charts. */
  readonly chart: Pick<UpstreamChart, 'name'> & Partial<UpstreamChart>;
  readonly version: string;
  readonly sha256?: string | undefined;
  readonly stage: 'network' | 'rest';
  readonly required: boolean;
  /** Keys of those that come before it, and are wanted. */
  readonly after: readonly string[];
  /** How many others come before it, one after the other. */
  readonly rank: number;
  readonly ready: readonly ReadyCheck[];
  /** Whether it speaks with the cloud, for which the cluster has a credential of its own. */
  readonly needsCloud: boolean;
  /** What the specification says of it: the same options make the same values in the same cluster. */
  readonly options: object;
  values(cluster: ClusterFacts): ChartValues;
  /** References to Vault by paths in the values. */
  readonly secretValues: Readonly<Record<string, string>>;
}

type Unranked = Omit<AddonRelease, 'rank'>;

/** The addons that are wanted on this version of Kubernetes; those that have no chart for it are left out. */
export function releasesOf(wanted: WantedAddons, kubernetesVersion: string): AddonRelease[] {
  const all = [...fromCatalogue(wanted, kubernetesVersion), ...wanted.custom.map(fromCustom)];
  const keys = new Set(all.map(({ key }) => key));
  const unranked = all.map((one) => ({ ...one, after: one.after.filter((other) => keys.has(other)) }));
  const { ranks } = addonOrder(unranked);
  return unranked.map((one) => ({ ...one, rank: ranks.get(one.key) ?? 0 }));
}

/** Whether an addon is wanted that speaks with the cloud, so that the cluster needs a credential of its own. */
export const needsCloud = (wanted: WantedAddons, kubernetesVersion: string): boolean =>
  releasesOf(wanted, kubernetesVersion).some((one) => one.needsCloud);

/** Addons that are wanted and have no chart for this version of Kubernetes, by the field that asks for them. */
export function versionIssues(wanted: WantedAddons, kubernetesVersion: string): { key: string; message: string }[] {
  return entriesOf(wanted).flatMap(([key]) => {
    const { title, versions } = addonOf(key);
    if (versionFor(versions, kubernetesVersion) !== undefined) return [];
    const known = versions.map(
      ({ chart, kubernetes: { from, to } }) => `${chart} from ${from}${to === undefined ? '' : ` to ${to}`}`,
    );
    return [
      {
        key: isCniKey(key) ? 'cni' : key,
        message: `${title} has no chart for Kubernetes ${kubernetesVersion}; there are ${known.join(', ')}`,
      },
    ];
  });
}

const entriesOf = (wanted: WantedAddons) =>
  addonKeys().flatMap((key) => {
    const options = isCniKey(key) ? (wanted.cni?.kind === key ? wanted.cni : undefined) : wanted[key];
    return options === undefined ? [] : [[key, options] as const];
  });

function fromCatalogue(wanted: WantedAddons, kubernetesVersion: string): Unranked[] {
  return entriesOf(wanted).flatMap(([key, options]) => {
    const addon = addonOf(key);
    const { title, release, namespace, chart, after, stage, ready, crds } = addon;
    const version = versionFor(addon.versions, kubernetesVersion);
    if (version === undefined) return [];
    const common = { version: version.chart, namespace, stage, required: options.required };
    const needsCloud = addon.needs === 'cloudCredential';
    const definitions: Unranked[] =
      crds === undefined
        ? []
        : [
            {
              ...{ ...common, key: crds.release, title: `${title}: definitions`, release: crds.release },
              ...{ chart: crds.chart, sha256: crds.sha256, after: [], ready: [], needsCloud: false, secretValues: {} },
              ...{ options: {}, values: () => ({}) },
            },
          ];
    return [
      ...definitions,
      {
        ...{ ...common, key, title, release, chart, sha256: version.sha256, ready, needsCloud, options },
        after: [...definitions.map((one) => one.key), ...after],
        secretValues: addon.secretValues?.(options) ?? {},
        values: (cluster) => addon.values(options, cluster),
      },
    ];
  });
}

function fromCustom(custom: CustomAddon): Unranked {
  const { name, version, sha256, values, secretValues, after, required } = custom;
  const at = custom.chart.lastIndexOf('/');
  const chart =
    at < 0 ? { name: custom.chart } : { name: custom.chart.slice(at + 1), repository: custom.chart.slice(0, at) };
  return {
    ...{ key: name, title: name, release: name, namespace: custom.namespace ?? name, chart, version, sha256 },
    ...{ stage: 'rest', after, ready: [], needsCloud: false, required, secretValues },
    ...{ options: custom, values: () => values },
  };
}

const versionFor = (versions: readonly AddonVersion[], kubernetesVersion: string): AddonVersion | undefined =>
  versions.find(
    ({ kubernetes: { from, to } }) =>
      minorOf(kubernetesVersion) >= minorOf(from) && (to === undefined || minorOf(kubernetesVersion) <= minorOf(to)),
  );

const minorOf = (version: string): number => Number(version.split('.')[1]);
