import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { ApiError, badRequest, unknownPath } from './api-error.ts';
import { decodeProtobuf } from './protobuf.ts';
import type { ResourceCatalog } from './resource-catalog.ts';
import type { ResourceType } from './resource-type.ts';

/** What a request path names. */
export interface Target {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/**
 * The resource, object and subresource that a path under /api or /apis names.
 * @throws ApiError 404 when it names nothing that is served.
 */
export function parseTarget(catalog: ResourceCatalog, path: string): Target {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const [root, ...rest] = parts;
  const group = root === 'apis' ? (rest.shift() ?? '') : '';
  const version = rest.shift() ?? '';
  if (root !== 'api' && root !== 'apis') throw unknownPath();
  const inNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && catalog.find(group, version, rest[2] ?? '')?.namespaced;
  const namespace = inNamespace === true ? rest[1] : undefined;
  const [plural = '', name, subresource, ...tooMuch] = inNamespace === true ? rest.slice(2) : rest;
  const type = catalog.find(group, version, plural);
  if (type === undefined || tooMuch.length > 0) throw unknownPath();
  if (subresource !== undefined && !type.subresources.includes(subresource)) throw unknownPath();
  if (type.namespaced && namespace === undefined && name !== undefined) throw unknownPath();
  return { type, namespace, name, subresource };
}

const limitBytes = 3 * 1024 * 1024;

/**
 * The body of a request, parsed: JSON, protobuf, or YAML for server-side apply; undefined when there is none.
 * @throws ApiError 400, 413 (3 MiB, as the API server), 415 (anything else)
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limitBytes}`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  const body = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? 'application/json';
  if (type.startsWith('application/vnd.kubernetes.protobuf')) return decodeProtobuf(body);
  const text = body.toString('utf8');
  try {
    if (type.includes('yaml')) return parseYaml(text);
    if (type.includes('json')) return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body of the request cannot be parsed: ${String(error)}`);
  }
  throw new ApiError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - ${type}`);
}
