import { createHash } from 'node:crypto';
import { plain, type Document } from './discovery.ts';
import { fieldsAt } from './object.ts';
import type { GroupVersion, ResourceCatalog } from './resource-catalog.ts';
import type { ResourceType } from './resource-type.ts';

const pathOf = ({ group, version }: GroupVersion) => (group === '' ? `api/${version}` : `apis/${group}/${version}`);
const nameOf = ({ group, version, kind }: ResourceType) =>
  `${group.split('.').reverse().join('.') || 'io.k8s.api.core'}.${version}.${kind}`;
const kindOf = ({ group, version, kind }: ResourceType) => ({ group, version, kind });

function schemaOf(type: ResourceType): unknown {
  const metadata = { type: 'object' };
  const own = fieldsAt(type.custom?.schema);
  const properties = {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    ...fieldsAt(own, 'properties'),
    metadata,
  };
  return { type: 'object', ...own, properties, 'x-kubernetes-group-version-kind': [kindOf(type)] };
}

function documentOf(catalog: ResourceCatalog, place: GroupVersion): unknown {
  const parameter = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(parameter);
  const types = catalog.types.filter(({ group, version }) => group === place.group && version === place.version);
  const paths = types.map((type): [string, unknown] => {
    const where = type.namespaced ? `namespaces/{namespace}/${type.plural}` : type.plural;
    const responses = { 200: { description: 'OK' } };
    const operation = { 'x-kubernetes-group-version-kind': kindOf(type), parameters, responses };
    const requestBody = { content: { 'application/apply-patch+yaml': { schema: { type: 'object' } } } };
    return [`/${pathOf(place)}/${where}/{name}`, { put: operation, patch: { ...operation, requestBody } }];
  });
  const custom = types.filter((type) => type.custom !== undefined);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries(custom.map((type) => [nameOf(type), schemaOf(type)])) },
  };
}

interface Documents {
  readonly generation: number;
  readonly byPath: ReadonlyMap<string, Document>;
}

function makeDocuments(catalog: ResourceCatalog): Documents {
  const documents = catalog.groupVersions.map((place): [string, Document] => [
    pathOf(place),
    plain(documentOf(catalog, place)),
  ]);
  const addresses = documents.map(([path, { json }]): [string, unknown] => {
    const hash = createHash('sha256').update(json).digest('hex').slice(0, 16).toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  const root: [string, Document] = ['/openapi/v3', plain({ paths: Object.fromEntries(addresses) })];
  const byPath = new Map([root, ...documents.map(([path, one]): [string, Document] => [`/openapi/v3/${path}`, one])]);
  return { generation: catalog.generation, byPath };
}

const made = new WeakMap<ResourceCatalog, Documents>();

function documentsOf(catalog: ResourceCatalog): Documents {
  const known = made.get(catalog);
  if (known?.generation === catalog.generation) return known;
  const documents = makeDocuments(catalog);
  made.set(catalog, documents);
  return documents;
}

const v2Type = 'application/com.github.proto-openapi.spec.v2';
const v2Info = { title: 'Kubernetes', version: 'v1' };

/**
 * The OpenAPI v2 document, which declares nothing: clients that find no type in it leave validation to the server. Go
 * clients take it in the protobuf form of github.com/google/gnostic-models, openapiv2/OpenAPIv2.proto: field 1 is the
 * version, 2 the title (1) and version (2), 8 the paths.
 */
function openApiV2(accept: string): Document {
  if (!accept.startsWith(v2Type)) return plain({ swagger: '2.0', info: v2Info, paths: {} });
  const field = (number: number, value: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
  const text = (number: number, value: string) => field(number, Buffer.from(value));
  const info = Buffer.concat([text(1, v2Info.title), text(2, v2Info.version)]);
  const bytes = Buffer.concat([text(1, '2.0'), field(2, info), field(8, Buffer.alloc(0))]);
  // All bytes are ASCII, as long as the words above are.
  return { json: bytes.toString('latin1'), contentType: `${v2Type}.v1.0+protobuf` };
}

/**
 * The OpenAPI v3 document at a path: which objects can be patched with which parameters, and the schemas of custom
 * resources; of built-in kinds no fields. It is what `kubectl apply` and Helm ask before they leave validation to the
 * server.
 */
export function openApiDocument(catalog: ResourceCatalog, path: string, accept: string): Document | undefined {
  if (path === '/openapi/v2') return openApiV2(accept);
  return path.startsWith('/openapi/v3') ? documentsOf(catalog).byPath.get(path) : undefined;
}

/** The paths of OpenAPI documents. */
export function openApiPaths(catalog: ResourceCatalog): readonly string[] {
  return ['/openapi/v2', ...documentsOf(catalog).byPath.keys()];
}
