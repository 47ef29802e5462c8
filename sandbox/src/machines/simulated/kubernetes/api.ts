import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, badRequest, methodNotAllowed, unknownPath } from './api-error.ts';
import { authorize, type User } from './authentication.ts';
import { discoveryDocument, openApiDocument, rootPaths } from './discovery.ts';
import { at, fieldsAt, isFields, numberAt, toJson, type KubeObject } from './object.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from './patch.ts';
import type { Registry } from './registry.ts';
import { parseTarget, readBody, type Target } from './request.ts';
import { apiVersionOf } from './resource-type.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { asScale, bindPod, evictPod, review, withReplicas } from './subresources.ts';
import { partialMetadata, tableJson, type IncludeObject } from './tables.ts';
import { serveWatch } from './watch.ts';

/** What the API needs to know of its cluster. */
export interface ApiContext {
  readonly registry: Registry;
  readonly version: string;
  /** Whether etcd takes writes. */
  readonly isWritable: boolean;
}

interface Exchange {
  readonly registry: Registry;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly target: Target;
}

const flag = (query: URLSearchParams, name: string) => ['true', '1'].includes(query.get(name) ?? '');
const dryRun = (query: URLSearchParams) => ({ dryRun: query.getAll('dryRun').includes('All') });

function sendJson(response: ServerResponse, code: number, json: string, contentType = 'application/json'): void {
  response.writeHead(code, { 'content-type': contentType, 'content-length': Buffer.byteLength(json) });
  response.end(json);
}

/** Answers one request to the API of a cluster. */
export async function serveApi(
  context: ApiContext,
  user: User,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'https://api');
    const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/u, '') : url.pathname;
    const accept = request.headers.accept ?? '';
    authorize(user, context.registry.store, request.method?.toLowerCase() ?? 'get', path);
    if (serveFixed(context, path, accept, response)) return;
    if (!context.isWritable && !['GET', 'HEAD'].includes(request.method ?? 'GET')) {
      throw new ApiError(500, '', 'etcdserver: request timed out');
    }
    const reviewed = request.method === 'POST' ? review(path, user, await readBodyOf(path, request)) : undefined;
    if (reviewed !== undefined) {
      sendJson(response, 201, JSON.stringify(reviewed));
      return;
    }
    const exchange = {
      registry: context.registry,
      request,
      response,
      query: url.searchParams,
      accept,
      target: parseTarget(path),
    };
    await serveTarget(exchange);
  } catch (error) {
    const known =
      error instanceof ApiError
        ? error
        : new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
    if (response.headersSent) response.destroy();
    else sendJson(response, known.code, JSON.stringify(known.status));
  }
}

/** Reviews are the only bodies that are read before the path is known to be a resource. */
function readBodyOf(path: string, request: IncomingMessage): Promise<unknown> {
  return path.startsWith('/apis/auth') ? readBody(request) : Promise.resolve(undefined);
}

function serveFixed(context: ApiContext, path: string, accept: string, response: ServerResponse): boolean {
  const { version, isWritable } = context;
  const [, check] = /^\/(healthz|livez|readyz)(?:\/|$)/u.exec(path) ?? [];
  if (check !== undefined) {
    const failure = `[-]etcd failed: reason withheld\n${check} check failed\n`;
    sendJson(response, isWritable ? 200 : 500, isWritable ? 'ok' : failure, 'text/plain; charset=utf-8');
    return true;
  }
  if (path === '/') {
    sendJson(response, 200, JSON.stringify({ paths: rootPaths }));
    return true;
  }
  if (path === '/version') {
    const [major, minor] = version.replace(/^v/u, '').split('.');
    const build = {
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: '',
      compiler: 'gc',
      platform: 'linux/amd64',
    };
    sendJson(response, 200, JSON.stringify({ major, minor, gitVersion: version, ...build }));
    return true;
  }
  const document = discoveryDocument(path, accept) ?? openApiDocument(path);
  if (document !== undefined) sendJson(response, 200, document.json, document.contentType);
  return document !== undefined;
}

async function serveTarget(exchange: Exchange): Promise<void> {
  const { target, request, query, response } = exchange;
  if (target.name === undefined) {
    if (request.method === 'GET' && flag(query, 'watch')) watch(exchange);
    else if (request.method === 'GET') list(exchange);
    else if (request.method === 'POST') await create(exchange);
    else if (request.method === 'DELETE') deleteCollection(exchange);
    else throw methodNotAllowed();
    return;
  }
  const named = { ...exchange, name: target.name };
  if (target.subresource === 'binding' || target.subresource === 'eviction') {
    if (request.method !== 'POST') throw methodNotAllowed();
    const body = await readBody(request);
    const act = target.subresource === 'binding' ? bindPod : evictPod;
    sendJson(response, 201, JSON.stringify(act(exchange.registry, target.namespace, target.name, body)));
    return;
  }
  if (target.subresource === 'portforward') {
    exchange.registry.get(target.type, target.namespace, target.name);
    throw badRequest('Upgrade request required');
  }
  if (request.method === 'GET' && flag(query, 'watch')) watch(exchange);
  else if (request.method === 'GET')
    send(exchange, 200, exchange.registry.get(target.type, target.namespace, target.name));
  else if (request.method === 'PUT') await replace(named);
  else if (request.method === 'PATCH') await patch(named);
  else if (request.method === 'DELETE') await remove(named);
  else throw methodNotAllowed();
}

type Named = Exchange & { readonly name: string };

const wantsTable = (accept: string) => accept.includes('as=Table');
const included = (query: URLSearchParams): IncludeObject => {
  const asked = query.get('includeObject');
  return asked === 'None' || asked === 'Object' ? asked : 'Metadata';
};

/** The form of one object that the client accepts: itself, a table of one row, or its metadata. */
function formatter({ accept, query, target }: Exchange): (object: KubeObject) => string {
  if (target.subresource === 'scale') return (object) => JSON.stringify(asScale(object));
  if (wantsTable(accept)) {
    return (object) =>
      tableJson(object.kind, [object], { resourceVersion: object.metadata.resourceVersion }, included(query));
  }
  if (accept.includes('as=PartialObjectMetadata')) return (object) => JSON.stringify(partialMetadata(object));
  return toJson;
}

function send(exchange: Exchange, code: number, object: KubeObject): void {
  sendJson(exchange.response, code, formatter(exchange)(object));
}

function selectorOf({ query, target }: Exchange) {
  const byLabel = labelSelector(query.get('labelSelector'));
  const byField = fieldSelector(query.get('fieldSelector'));
  const { namespace, name } = target;
  return (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    byLabel(object) &&
    byField(object);
}

const orderOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

function list(exchange: Exchange): void {
  const { registry, query, accept, target, response } = exchange;
  const selects = selectorOf(exchange);
  const selected = [...registry.store.values(target.type, target.namespace)].filter(selects);
  const all = selected.map((object) => ({ key: orderOf(object), object })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const after = Buffer.from(query.get('continue') ?? '', 'base64url').toString();
  const rest = all.filter(({ key }) => key > after);
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest('limit must be a number');
  const page = limit === 0 ? rest : rest.slice(0, limit);
  const last = page.at(-1);
  const metadata = {
    resourceVersion: String(registry.store.revision),
    ...(last !== undefined && page.length < rest.length
      ? { continue: Buffer.from(last.key).toString('base64url'), remainingItemCount: rest.length - page.length }
      : {}),
  };
  const objects = page.map(({ object }) => object);
  if (wantsTable(accept)) {
    sendJson(response, 200, tableJson(target.type.kind, objects, metadata, included(query)));
    return;
  }
  const partial = accept.includes('as=PartialObjectMetadataList');
  const kind = partial ? 'PartialObjectMetadataList' : `${target.type.kind}List`;
  const apiVersion = partial ? 'meta.k8s.io/v1' : apiVersionOf(target.type);
  const items = objects.map((object) => (partial ? JSON.stringify(partialMetadata(object)) : toJson(object)));
  const head = `"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)}`;
  sendJson(response, 200, `{${head},"items":[${items.join(',')}]}`);
}

function watch(exchange: Exchange): void {
  const { registry, query, target, response } = exchange;
  const version = query.get('resourceVersion') ?? '';
  serveWatch(registry.store, response, {
    type: target.type,
    selects: selectorOf(exchange),
    revision: version === '' || version === '0' ? undefined : Number(version),
    bookmarks: flag(query, 'allowWatchBookmarks'),
    initialEvents: flag(query, 'sendInitialEvents'),
    seconds: Math.min(Number(query.get('timeoutSeconds') ?? 0) || 3600, 86_400),
    format: formatter(exchange),
  });
}

async function create(exchange: Exchange): Promise<void> {
  const { registry, request, query, target } = exchange;
  const body = await readBody(request);
  if (target.type.namespaced && target.namespace === undefined) throw methodNotAllowed();
  send(exchange, 201, registry.create(target.type, target.namespace, body, dryRun(query)));
}

async function replace(exchange: Named): Promise<void> {
  const { registry, request, query, target, name } = exchange;
  const body = await readBody(request);
  const { type, namespace, subresource } = target;
  const input =
    subresource === 'scale'
      ? withReplicas(registry.get(type, namespace, name), numberAt(body, 0, 'spec', 'replicas'))
      : body;
  send(exchange, 200, registry.update(type, namespace, name, input, { ...dryRun(query), subresource }));
}

const patches: Readonly<Record<string, (target: unknown, patch: unknown) => unknown>> = {
  'application/json-patch+json': jsonPatch,
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicMergePatch,
  'application/apply-patch+yaml': strategicMergePatch,
};

async function patch(exchange: Named): Promise<void> {
  const { registry, request, query, target, name } = exchange;
  const { type, namespace, subresource } = target;
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
  const apply = patches[mediaType];
  if (apply === undefined) {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(patches).join(', ')}`,
    );
  }
  const body = await readBody(request);
  const applying = mediaType.startsWith('application/apply-patch');
  if (applying && registry.store.get(type, namespace, name) === undefined) {
    const named = { ...fieldsAt(body), metadata: { ...fieldsAt(body, 'metadata'), name } };
    send(exchange, 201, registry.create(type, namespace, named, dryRun(query)));
    return;
  }
  const current = registry.get(type, namespace, name);
  if (subresource === 'scale') {
    const scaled = withReplicas(current, numberAt(apply(asScale(current), body), 0, 'spec', 'replicas'));
    send(exchange, 200, registry.update(type, namespace, name, scaled, dryRun(query)));
    return;
  }
  send(exchange, 200, registry.update(type, namespace, name, apply(current, body), { ...dryRun(query), subresource }));
}

async function remove(exchange: Named): Promise<void> {
  const { registry, request, response, query, target, name } = exchange;
  const { type, namespace, subresource } = target;
  if (subresource !== undefined) throw methodNotAllowed();
  const body = await readBody(request);
  const uid = at(body, 'preconditions', 'uid');
  const resourceVersion = at(body, 'preconditions', 'resourceVersion');
  const removed = registry.delete(type, namespace, name, {
    ...dryRun(query),
    dryRun: dryRun(query).dryRun || (isFields(body) && Array.isArray(body['dryRun']) && body['dryRun'].includes('All')),
    orphanDependents: (at(body, 'propagationPolicy') ?? query.get('propagationPolicy')) === 'Orphan',
    uid: typeof uid === 'string' ? uid : undefined,
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
  });
  if (type.kind === 'Pod' || type.kind === 'Namespace' || removed.metadata.deletionTimestamp !== undefined) {
    send(exchange, 200, removed);
    return;
  }
  const details = {
    name,
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.plural,
    uid: removed.metadata.uid,
  };
  sendJson(
    response,
    200,
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }),
  );
}

function deleteCollection(exchange: Exchange): void {
  const { registry, query, target, response } = exchange;
  if (target.type.namespaced && target.namespace === undefined) throw unknownPath();
  const selects = selectorOf(exchange);
  for (const object of [...registry.store.values(target.type, target.namespace)].filter(selects)) {
    registry.delete(target.type, object.metadata.namespace, object.metadata.name, dryRun(query));
  }
  sendJson(response, 200, JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }));
}
