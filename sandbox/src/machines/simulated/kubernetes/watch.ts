import type { ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import type { KubeObject } from './object.ts';
import { apiVersionOf, type ResourceType } from './resource-type.ts';
import type { Selector } from './selectors.ts';
import type { Store, StoreEvent } from './store.ts';

/** What a watcher asks for. */
export interface WatchRequest {
  readonly type: ResourceType;
  readonly selects: Selector;
  readonly revision: number | undefined;
  readonly bookmarks: boolean;
  /** The form of the list that the watch begins with (`sendInitialEvents`). */
  readonly initialEvents: boolean;
  readonly seconds: number;
  readonly format: (object: KubeObject) => string;
}

/** A watcher that does not read is cut off beyond this; it may come back with its last resource version. */
const maximumBacklogBytes = 32 * 1024 * 1024;
const bookmarkMilliseconds = 60_000;

/** An event as this watcher sees it: an object that begins or ceases to match is added or deleted. */
function seenAs(event: StoreEvent, selects: Selector): StoreEvent['type'] | undefined {
  const now = event.type !== 'DELETED' && selects(event.object);
  const before = event.previous !== undefined && selects(event.previous);
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

/** Answers a watch: a stream of one JSON event per line, until the client goes or its time is over. */
export function serveWatch(store: Store, response: ServerResponse, request: WatchRequest): void {
  const { type, selects, format } = request;
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const send = (kind: string, json: string) => {
    response.write(`{"type":"${kind}","object":${json}}\n`);
    if (response.writableLength > maximumBacklogBytes) response.destroy();
  };
  const show = (event: StoreEvent) => {
    const kind = seenAs(event, selects);
    if (kind !== undefined) send(kind, format(event.object));
  };
  const bookmark = (annotations?: Readonly<Record<string, string>>) => {
    const metadata = { resourceVersion: String(store.revision), ...(annotations === undefined ? {} : { annotations }) };
    send('BOOKMARK', JSON.stringify({ kind: type.kind, apiVersion: apiVersionOf(type), metadata }));
  };
  try {
    if (request.revision === undefined || request.initialEvents) {
      for (const object of store.values(type)) if (selects(object)) send('ADDED', format(object));
      if (request.initialEvents) bookmark({ 'k8s.io/initial-events-end': 'true' });
    } else for (const event of store.since(type, request.revision)) show(event);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    response.end(`{"type":"ERROR","object":${JSON.stringify(error.status)}}\n`);
    return;
  }
  const stop = store.watch(type, show);
  const reminder = request.bookmarks ? setInterval(bookmark, bookmarkMilliseconds) : undefined;
  const end = setTimeout(() => {
    if (request.bookmarks) bookmark();
    response.end();
  }, request.seconds * 1000);
  response.once('close', () => {
    stop();
    clearInterval(reminder);
    clearTimeout(end);
  });
}
