import type { GroupVersion, ResourceCatalog } from './resource-catalog.ts';
import type { ResourceType } from './resource-type.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const subresourceVerbs: Readonly<Record<string, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  binding: ['create'],
  eviction: ['create'],
  portforward: ['create', 'get'],
  finalize: ['update'],
  approval: ['get', 'patch', 'update'],
};
const subresourceKinds: Readonly<Record<string, { group: string; version: string; kind: string }>> = {
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  binding: { group: '', version: 'v1', kind: 'Binding' },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction' },
  portforward: { group: '', version: 'v1', kind: 'PodPortForwardOptions' },
};

/** Kinds that are asked and answered, never stored. */
const reviews = [
  { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' },
  { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' },
] as const;

const categoriesOf = (type: ResourceType) => type.custom?.categories ?? (type.inAll ? ['all'] : []);

function resourceEntries(type: ResourceType): unknown[] {
  const { plural, singular, namespaced, kind, shortNames } = type;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categoriesOf(type).length === 0 ? {} : { categories: categoriesOf(type) }),
  };
  const subs = type.subresources.map((name) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...(subresourceKinds[name] ?? { kind }),
    verbs: subresourceVerbs[name] ?? ['get'],
  }));
  return [main, ...subs];
}

function reviewEntries(group: string): unknown[] {
  return reviews
    .filter((review) => review.group === group)
    .map(({ plural, kind }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: false,
      kind,
      verbs: ['create'],
    }));
}

function aggregatedVersion(types: readonly ResourceType[], group: string, version: string): unknown {
  const stored = types.map((type) => ({
    resource: type.plural,
    responseKind: { group, version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs,
    shortNames: type.shortNames,
    categories: categoriesOf(type),
    subresources: type.subresources.map((subresource) => ({
      subresource,
      responseKind: subresourceKinds[subresource] ?? { group, version, kind: type.kind },
      verbs: subresourceVerbs[subresource] ?? ['get'],
    })),
  }));
  const asked = reviews
    .filter((review) => review.group === group)
    .map(({ plural, kind }) => ({
      resource: plural,
      responseKind: { group, version, kind },
      scope: 'Cluster',
      singularResource: kind.toLowerCase(),
      verbs: ['create'],
    }));
  return { version, freshness: 'Current', resources: [...stored, ...asked] };
}

/** A fixed answer: its JSON and its media type. */
export interface Document {
  readonly json: string;
  readonly contentType: string;
}

/** An answer as plain JSON. */
export const plain = (value: unknown): Document => ({ json: JSON.stringify(value), contentType: 'application/json' });
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface Discovery {
  readonly generation: number;
  readonly documents: ReadonlyMap<string, Document>;
  readonly aggregated: ReadonlyMap<string, Document>;
}

/** The groups of a catalog with their versions, the core group first; within a group the preferred version first. */
function groupsOf(catalog: ResourceCatalog): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  const all: readonly GroupVersion[] = [...catalog.groupVersions, ...reviews];
  for (const { group, version } of all) {
    const versions = groups.get(group) ?? [];
    if (!versions.includes(version)) groups.set(group, [...versions, version]);
  }
  return groups;
}

function groupEntry(group: string, versions: readonly string[]) {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

function makeDiscovery(catalog: ResourceCatalog): Discovery {
  const groups = [...groupsOf(catalog)];
  const typesOf = (group: string, version: string) =>
    catalog.types.filter((type) => type.group === group && type.version === version);
  const aggregated = (core: boolean) => ({
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups
      .filter(([group]) => (group === '') === core)
      .map(([group, versions]) => ({
        metadata: core ? {} : { name: group },
        versions: versions.map((version) => aggregatedVersion(typesOf(group, version), group, version)),
      })),
  });
  const named = groups.filter(([group]) => group !== '');
  const documents = new Map([
    ['/api', plain({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] })],
    [
      '/apis',
      plain({
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: named.map(([group, versions]) => groupEntry(group, versions)),
      }),
    ],
    ...named.map(([group, versions]): [string, Document] => [
      `/apis/${group}`,
      plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, versions) }),
    ]),
    ...groups.flatMap(([group, versions]) =>
      versions.map((version): [string, Document] => [
        group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
        plain({
          kind: 'APIResourceList',
          apiVersion: 'v1',
          groupVersion: group === '' ? version : `${group}/${version}`,
          resources: [...typesOf(group, version).flatMap(resourceEntries), ...reviewEntries(group)],
        }),
      ]),
    ),
  ]);
  const form = (core: boolean) => ({ json: JSON.stringify(aggregated(core)), contentType: aggregatedType });
  return {
    generation: catalog.generation,
    documents,
    aggregated: new Map([
      ['/api', form(true)],
      ['/apis', form(false)],
    ]),
  };
}

const made = new WeakMap<ResourceCatalog, Discovery>();

/** The documents of a catalog, made again when it has changed. */
function discoveryOf(catalog: ResourceCatalog): Discovery {
  const known = made.get(catalog);
  if (known?.generation === catalog.generation) return known;
  const discovery = makeDiscovery(catalog);
  made.set(catalog, discovery);
  return discovery;
}

/** The discovery document at a path, in the aggregated form when the client takes it. */
export function discoveryDocument(catalog: ResourceCatalog, path: string, accept: string): Document | undefined {
  if (path !== '/api' && !path.startsWith('/api/') && !path.startsWith('/apis')) return undefined;
  const { documents, aggregated } = discoveryOf(catalog);
  const wantsAggregated = accept.split(',').some((range) => range.trim() === aggregatedType);
  return (wantsAggregated ? aggregated.get(path) : undefined) ?? documents.get(path);
}

/** The paths of discovery. */
export function discoveryPaths(catalog: ResourceCatalog): readonly string[] {
  return [...discoveryOf(catalog).documents.keys()];
}
