import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, badRequest, methodNotAllowed } from './api-error.ts';
import { authorize, type User } from './authentication.ts';
import { discoveryDocument, discoveryPaths } from './discovery.ts';
import { flag, send, sendJson, type Exchange } from './exchange.ts';
import { openApiDocument, openApiPaths } from './open-api.ts';
import { list, watch } from './reads.ts';
import type { Registry } from './registry.ts';
import { parseTarget, readBody } from './request.ts';
import type { ResourceCatalog } from './resource-catalog.ts';
import { bindPod, evictPod, review } from './subresources.ts';
import { create, patch, remove, removeCollection, replace } from './writes.ts';

/** What the API needs to know of its cluster. */
export interface ApiContext {
  readonly registry: Registry;
  readonly version: string;
  /** Whether etcd takes writes. */
  readonly isWritable: boolean;
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
      target: parseTarget(context.registry.catalog, path),
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

/** Every path that is served and names no object: what `GET /` answers. */
function rootPaths(catalog: ResourceCatalog): readonly string[] {
  return [...discoveryPaths(catalog), ...openApiPaths(catalog), '/healthz', '/livez', '/readyz', '/version'].sort();
}

function serveFixed(context: ApiContext, path: string, accept: string, response: ServerResponse): boolean {
  const { version, isWritable } = context;
  const { catalog } = context.registry;
  const [, check] = /^\/(healthz|livez|readyz)(?:\/|$)/u.exec(path) ?? [];
  if (check !== undefined) {
    const failure = `[-]etcd failed: reason withheld\n${check} check failed\n`;
    sendJson(response, isWritable ? 200 : 500, isWritable ? 'ok' : failure, 'text/plain; charset=utf-8');
    return true;
  }
  if (path === '/') {
    sendJson(response, 200, JSON.stringify({ paths: rootPaths(catalog) }));
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
  const document = discoveryDocument(catalog, path, accept) ?? openApiDocument(catalog, path, accept);
  if (document !== undefined) sendJson(response, 200, document.json, document.contentType);
  return document !== undefined;
}

async function serveTarget(exchange: Exchange): Promise<void> {
  const { target, request, query, response } = exchange;
  if (target.name === undefined) {
    if (request.method === 'GET' && flag(query, 'watch')) watch(exchange);
    else if (request.method === 'GET') list(exchange);
    else if (request.method === 'POST') await create(exchange);
    else if (request.method === 'DELETE') await removeCollection(exchange);
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
