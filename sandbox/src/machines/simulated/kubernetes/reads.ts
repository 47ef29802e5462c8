import { badRequest } from './api-error.ts';
import { flag, formatter, included, inVersion, selectorOf, sendJson, wantsTable, type Exchange } from './exchange.ts';
import { toJson, type KubeObject } from './object.ts';
import { apiVersionOf } from './resource-type.ts';
import { partialMetadata, tableJson } from './tables.ts';
import { serveWatch } from './watch.ts';

const orderOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Answers a list. @throws ApiError 400 */
export function list(exchange: Exchange): void {
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
    sendJson(response, 200, tableJson(target.type, objects, metadata, included(query)));
    return;
  }
  const partial = accept.includes('as=PartialObjectMetadataList');
  const kind = partial ? 'PartialObjectMetadataList' : `${target.type.kind}List`;
  const apiVersion = partial ? 'meta.k8s.io/v1' : apiVersionOf(target.type);
  const items = objects.map((object) =>
    partial ? JSON.stringify(partialMetadata(object)) : toJson(inVersion(target.type, object)),
  );
  const head = `"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)}`;
  sendJson(response, 200, `{${head},"items":[${items.join(',')}]}`);
}

/** Answers a watch. @throws ApiError 400 */
export function watch(exchange: Exchange): void {
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
