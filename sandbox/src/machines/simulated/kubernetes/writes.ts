import { ApiError, badRequest, invalid, methodNotAllowed, unknownPath } from './api-error.ts';
import { decodeObject } from './decoding.ts';
import type { Propagation } from './deletion.ts';
import { flag, inVersion, selectorOf, send, sendJson, type Exchange } from './exchange.ts';
import type { Manager } from './managed-fields.ts';
import { at, isFields, numberAt } from './object.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from './patch.ts';
import { readBody } from './request.ts';
import type { ResourceType } from './resource-type.ts';
import { prune } from './structural-schema.ts';
import { asScale, withReplicas } from './subresources.ts';

type Named = Exchange & { readonly name: string };

const isDryRun = (query: URLSearchParams, body?: unknown) => {
  const inBody = at(body, 'dryRun');
  return query.getAll('dryRun').includes('All') || (Array.isArray(inBody) && inBody.includes('All'));
};

/** Who writes: the manager that the client names, or the first word of its user agent. */
function managerOf({ query, request, target }: Exchange): Manager {
  const agent = (request.headers['user-agent'] ?? '').split('/')[0] ?? '';
  return { name: (query.get('fieldManager') ?? '') || agent || 'unknown', subresource: target.subresource };
}

const optionsOf = (exchange: Exchange) => ({
  dryRun: isDryRun(exchange.query),
  manager: managerOf(exchange),
  subresource: exchange.target.subresource,
});

/**
 * Reads an object as its type has it. What the type does not have is left out, with a warning, or refused: that is for
 * the client to say (`fieldValidation`, https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation).
 * @throws ApiError 400
 */
function decode({ query, response, target }: Exchange, body: unknown): unknown {
  const { type } = target;
  if (!isFields(body)) return body;
  const { value, unknown } = type.custom === undefined ? decodeObject(type, body) : pruned(type, body);
  const words = unknown.map((path) => `unknown field "${path}"`);
  const asked = query.get('fieldValidation') ?? 'Warn';
  if (words.length > 0 && asked === 'Strict') {
    const { kind, version } = type;
    const strict = `strict decoding error: ${words.join(', ')}`;
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${strict}`);
  }
  if (words.length > 0 && asked === 'Warn') {
    response.setHeader(
      'warning',
      words.map((text) => `299 - "${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"`),
    );
  }
  return value;
}

function pruned(type: ResourceType, body: unknown) {
  const { value, pruned: unknown } = prune(type.custom?.schema, body);
  return { value, unknown };
}

/** A client makes no status, but of nodes, which kubelets register with theirs. */
function withoutStatus(type: ResourceType, value: unknown): unknown {
  if (!isFields(value) || !type.subresources.includes('status') || type.kind === 'Node') return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'status'));
}

/** Makes an object. @throws ApiError */
export async function create(exchange: Exchange): Promise<void> {
  const { registry, request, target } = exchange;
  const { type, namespace } = target;
  const body = await readBody(request);
  if (type.namespaced && namespace === undefined) throw methodNotAllowed();
  const input = withoutStatus(type, decode(exchange, body));
  send(exchange, 201, registry.create(type, namespace, input, optionsOf(exchange)));
}

/** Replaces an object. @throws ApiError */
export async function replace(exchange: Named): Promise<void> {
  const { registry, request, target, name } = exchange;
  const body = await readBody(request);
  const { type, namespace, subresource } = target;
  const input =
    subresource === 'scale'
      ? withReplicas(type, registry.get(type, namespace, name), numberAt(body, 0, 'spec', 'replicas'))
      : decode(exchange, body);
  send(exchange, 200, registry.update(type, namespace, name, input, optionsOf(exchange)));
}

const applyType = 'application/apply-patch+yaml';
const patches: Readonly<Record<string, (target: unknown, patch: unknown) => unknown>> = {
  'application/json-patch+json': jsonPatch,
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicMergePatch,
};

function patchOf({ type }: Exchange['target'], mediaType: string) {
  const known = patches[mediaType];
  const strategic = mediaType === 'application/strategic-merge-patch+json';
  if (known !== undefined && !(strategic && type.custom !== undefined)) return known;
  const accepted = [...Object.keys(patches), applyType].filter(
    (one) => type.custom === undefined || !one.includes('strategic'),
  );
  throw new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

/** Changes an object by a patch. @throws ApiError */
export async function patch(exchange: Named): Promise<void> {
  const { registry, request, target, name } = exchange;
  const { type, namespace, subresource } = target;
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
  if (mediaType === applyType) {
    await apply(exchange);
    return;
  }
  const change = patchOf(target, mediaType);
  if (exchange.query.has('force')) {
    const message = 'Forbidden: may not be specified for non-apply patch';
    throw new ApiError(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: force: ${message}`);
  }
  const body = await readBody(request);
  const current = registry.get(type, namespace, name);
  const patched =
    subresource === 'scale'
      ? withReplicas(type, current, numberAt(change(asScale(type, current), body), 0, 'spec', 'replicas'))
      : decode(exchange, change(inVersion(type, current), body));
  send(exchange, 200, registry.update(type, namespace, name, patched, optionsOf(exchange)));
}

async function apply(exchange: Named): Promise<void> {
  const { registry, request, query, target, name } = exchange;
  const { type, namespace, subresource } = target;
  if ((query.get('fieldManager') ?? '') === '') {
    const message = 'Required value: is required for apply patch';
    throw new ApiError(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`);
  }
  const body = await readBody(request);
  if (!isFields(body)) throw badRequest('the body of an apply is an object');
  if (Array.isArray(at(body, 'metadata', 'managedFields'))) throw badRequest('metadata.managedFields must be nil');
  if (subresource === 'scale') throw invalid(type, name, 'scale', 'Forbidden: apply is not served for the scale here');
  const config = withoutNulls(decode(exchange, body));
  const input = subresource === undefined ? withoutStatus(type, config) : config;
  const options = { ...optionsOf(exchange), force: flag(query, 'force') };
  const { object, created } = registry.apply(type, namespace, name, input, options);
  send(exchange, created ? 201 : 200, object);
}

/** A configuration says nothing of what it sets to `null`. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(entries.map(([name, part]) => [name, withoutNulls(part)]));
}

/** @throws ApiError 422 for one that Kubernetes does not have */
function propagationOf(query: URLSearchParams, body: unknown): Propagation | undefined {
  if (at(body, 'orphanDependents') === true || flag(query, 'orphanDependents')) return 'Orphan';
  const inBody = at(body, 'propagationPolicy');
  const asked = typeof inBody === 'string' ? inBody : (query.get('propagationPolicy') ?? '');
  if (asked === '') return undefined;
  if (asked === 'Background' || asked === 'Foreground' || asked === 'Orphan') return asked;
  const message = `Unsupported value: "${asked}": supported values: "Foreground", "Background", "Orphan", "nil"`;
  throw new ApiError(422, 'Invalid', `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: ${message}`);
}

/** Deletes an object. @throws ApiError */
export async function remove(exchange: Named): Promise<void> {
  const { registry, request, response, query, target, name } = exchange;
  const { type, namespace, subresource } = target;
  if (subresource !== undefined) throw methodNotAllowed();
  const body = await readBody(request);
  const uid = at(body, 'preconditions', 'uid');
  const resourceVersion = at(body, 'preconditions', 'resourceVersion');
  const propagation = propagationOf(query, body);
  const removed = registry.delete(type, namespace, name, {
    dryRun: isDryRun(query, body),
    ...(propagation === undefined ? {} : { propagation }),
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

/** Deletes what is selected. @throws ApiError */
export async function removeCollection(exchange: Exchange): Promise<void> {
  const { registry, request, query, target, response } = exchange;
  if (target.type.namespaced && target.namespace === undefined) throw unknownPath();
  const body = await readBody(request);
  const propagation = propagationOf(query, body);
  const options = { dryRun: isDryRun(query, body), ...(propagation === undefined ? {} : { propagation }) };
  const selects = selectorOf(exchange);
  for (const object of [...registry.store.values(target.type, target.namespace)].filter(selects)) {
    // What went with its owner is gone already.
    const left = registry.store.get(target.type, object.metadata.namespace, object.metadata.name);
    if (left !== undefined) registry.delete(target.type, object.metadata.namespace, object.metadata.name, options);
  }
  sendJson(response, 200, JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }));
}
