import { groupVersions, resourceTypes, type ResourceType } from './resource-type.ts';

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

const served = [...groupVersions, ...reviews.map(({ group, version }) => ({ group, version }))];
const typesOf = (group: string, version: string) =>
  resourceTypes.filter((type) => type.group === group && type.version === version);

function resourceEntries(type: ResourceType): unknown[] {
  const { plural, singular, namespaced, kind, shortNames } = type;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(type.inAll ? { categories: ['all'] } : {}),
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

function aggregatedVersion(group: string, version: string): unknown {
  const stored = typesOf(group, version).map((type) => ({
    resource: type.plural,
    responseKind: { group, version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs,
    shortNames: type.shortNames,
    categories: type.inAll ? ['all'] : [],
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

const aggregated = (core: boolean) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: served
    .filter(({ group }) => (group === '') === core)
    .map(({ group, version }) => ({
      metadata: core ? {} : { name: group },
      versions: [aggregatedVersion(group, version)],
    })),
});

function groupEntry(group: string, version: string) {
  const entry = { groupVersion: `${group}/${version}`, version };
  return { name: group, versions: [entry], preferredVersion: entry };
}

/** A fixed answer: its JSON and its media type. */
export interface Document {
  readonly json: string;
  readonly contentType: string;
}

const plain = (value: unknown): Document => ({ json: JSON.stringify(value), contentType: 'application/json' });
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const documents: ReadonlyMap<string, Document> = new Map([
  ['/api', plain({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] })],
  [
    '/apis',
    plain({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: served.filter(({ group }) => group !== '').map(({ group, version }) => groupEntry(group, version)),
    }),
  ],
  ...served.flatMap(({ group, version }): [string, Document][] => {
    const list = plain({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: group === '' ? version : `${group}/${version}`,
      resources: [...typesOf(group, version).flatMap(resourceEntries), ...reviewEntries(group)],
    });
    if (group === '') return [[`/api/${version}`, list]];
    const one = plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, version) });
    return [
      [`/apis/${group}`, one],
      [`/apis/${group}/${version}`, list],
    ];
  }),
]);
const aggregatedDocuments: ReadonlyMap<string, Document> = new Map([
  ['/api', { json: JSON.stringify(aggregated(true)), contentType: aggregatedType }],
  ['/apis', { json: JSON.stringify(aggregated(false)), contentType: aggregatedType }],
]);

/** The discovery document at a path, in the aggregated form when the client takes it. */
export function discoveryDocument(path: string, accept: string): Document | undefined {
  const wantsAggregated = accept.split(',').some((range) => range.trim() === aggregatedType);
  return (wantsAggregated ? aggregatedDocuments.get(path) : undefined) ?? documents.get(path);
}

const openApiPath = (group: string, version: string) => (group === '' ? `api/${version}` : `apis/${group}/${version}`);

function openApiOf(group: string, version: string): unknown {
  const parameter = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(parameter);
  const paths = typesOf(group, version).map((type): [string, unknown] => {
    const place = type.namespaced ? `namespaces/{namespace}/${type.plural}` : type.plural;
    const kind = { 'x-kubernetes-group-version-kind': { group, version, kind: type.kind } };
    const responses = { 200: { description: 'OK' } };
    const operation = { ...kind, parameters, responses };
    const requestBody = { content: { 'application/apply-patch+yaml': { schema: { type: 'object' } } } };
    const operations = { put: operation, patch: { ...operation, requestBody } };
    return [`/${openApiPath(group, version)}/${place}/{name}`, operations];
  });
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1' }, paths: Object.fromEntries(paths) };
}

const openApiDocuments: ReadonlyMap<string, Document> = new Map([
  [
    '/openapi/v3',
    plain({
      paths: Object.fromEntries(
        groupVersions.map(({ group, version }) => {
          const path = openApiPath(group, version);
          return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=1` }];
        }),
      ),
    }),
  ],
  ...groupVersions.map(({ group, version }): [string, Document] => [
    `/openapi/v3/${openApiPath(group, version)}`,
    plain(openApiOf(group, version)),
  ]),
]);

/**
 * The OpenAPI v3 document at a path: which objects can be patched with which parameters, no schemas of fields. It is
 * what `kubectl apply` asks before it leaves validation to the server.
 */
export function openApiDocument(path: string): Document | undefined {
  return openApiDocuments.get(path);
}

/** Every path that is served and names no object: what `GET /` answers. */
export const rootPaths: readonly string[] = [
  ...documents.keys(),
  ...openApiDocuments.keys(),
  ...['/healthz', '/livez', '/readyz', '/version'],
].sort();
