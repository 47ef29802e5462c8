import type { Cloud } from '../cloud.ts';
import { created, noContent, type Call, type Service } from '../http/service.ts';
import type { Takes } from '../http/takes.ts';
import { now } from '../store/time.ts';
import { checkAccess, cleanAccessList, findContainer, isOwner } from './access.ts';
import { acceptedPage, plainError, swiftError } from './errors.ts';
import { touchAccount } from './account.ts';
import { listAnswer, listingType, listLines } from './listing.ts';
import { checkMetadata, headersOf, mergeHeaders, metaHeaders, timestamp } from './metadata.ts';
import { httpDate, type Objects } from './objects.ts';
import type { Container, StoredObject } from './rows.ts';
import { listedLink } from './symlinks.ts';

const open = { open: true } as const;
/** The headers of containers that are kept besides their metadata. */
const access = ['x-container-read', 'x-container-write'];
/** Headers that only owners see (swift:swift/proxy/server.py, swift_owner_headers). */
const owners = [...access, 'x-container-meta-temp-url-key', 'x-container-meta-temp-url-key-2'];
const kept = ['x-container-sync-to', 'x-container-sync-key'];
const versions = ['x-versions-location', 'x-history-location'];
const policy = 'Policy-0';
const containerTakes: Takes = ['x-container-meta-*', 'x-remove-container-meta-*', ...access, ...kept, ...versions];

/** The headers that a request changes. @throws ApiError for what they may not be */
function changes(call: Call): Record<string, string> {
  checkMetadata(call, 'container');
  for (const what of ['bytes', 'count']) {
    const quota = call.headers[`x-container-meta-quota-${what}`];
    if (typeof quota === 'string' && !/^\d*$/.test(quota)) throw swiftError(400, `Invalid ${what} quota.`);
  }
  // In the words of a Swift that does not do it (swift:swift/common/middleware/versioned_writes/legacy.py).
  if (Object.values(headersOf(call, versions)).some((value) => value !== '')) {
    throw plainError(412, 'Versioned Writes is disabled');
  }
  const lists = Object.entries(headersOf(call, access)).map(
    ([name, list]) => [name, cleanAccessList(name, list)] as const,
  );
  return { ...metaHeaders(call, 'container'), ...headersOf(call, kept), ...Object.fromEntries(lists) };
}

/** `/v1/<account>/<container>` */
export function containerRoutes(service: Service, cloud: Cloud, objects: Objects): void {
  const { containers } = cloud.tables;
  const headersShown = (call: Call, row: Container): Record<string, string> => {
    const { count, bytes } = objects.usage(row);
    const own = Object.entries(row.headers).filter(([name]) => isOwner(call, row.account) || !owners.includes(name));
    return {
      ...Object.fromEntries(own),
      'x-container-object-count': String(count),
      'x-container-bytes-used': String(bytes),
      'x-timestamp': timestamp(row.created),
      'last-modified': httpDate(row.created),
      'accept-ranges': 'bytes',
      'x-storage-policy': policy,
    };
  };
  const view = (one: StoredObject) => {
    const { bytes, etag } = objects.summary(one);
    return {
      name: one.name,
      hash: one.etag,
      bytes: one.segments === null ? one.bytes : bytes,
      content_type: one.contentType,
      last_modified: one.modified.replace('Z', '000'),
      ...(one.segments !== null && { slo_etag: etag }),
      ...(one.link && listedLink(one.link)),
    };
  };
  for (const path of ['/v1/:account/:container', '/v1/:account/:container/']) {
    service.put(
      path,
      [...containerTakes, 'x-storage-policy'],
      (call) => {
        const { account = '', container: name = '' } = call.params;
        checkAccess(call, account, 'own');
        const { length } = Buffer.from(name);
        if (length > 256) throw swiftError(400, `Container name length of ${length} longer than 256`);
        const wanted = call.headers['x-storage-policy'];
        if (wanted !== undefined && wanted !== policy) {
          throw plainError(400, `Invalid X-Storage-Policy '${String(wanted)}'`);
        }
        const set = changes(call);
        const old = containers.get(`${account}/${name}`);
        if (old) {
          containers.patch(old, { headers: mergeHeaders(old.headers, set) });
          return acceptedPage();
        }
        touchAccount(cloud, account);
        containers.insert({ id: `${account}/${name}`, account, name, headers: mergeHeaders({}, set), created: now() });
        return created(undefined);
      },
      open,
    );
    service.get(
      path,
      (call) => {
        const row = findContainer(cloud, call, 'list');
        const lines = listLines(call, objects.inContainer(row.account, row.name));
        const form = { whole: ['container', row.name], element: 'object', gap: '', view } as const;
        return listAnswer(call, lines, form, headersShown(call, row));
      },
      open,
    );
    service.route(
      'HEAD',
      path,
      (call) => {
        const headers = headersShown(call, findContainer(cloud, call, 'list'));
        return noContent({ ...headers, 'content-type': `${listingType(call)}; charset=utf-8` });
      },
      open,
    );
    service.post(
      path,
      containerTakes,
      (call) => {
        const row = findContainer(cloud, call, 'own');
        containers.patch(row, { headers: mergeHeaders(row.headers, changes(call)) });
        return noContent();
      },
      open,
    );
    service.delete(
      path,
      (call) => {
        const row = findContainer(cloud, call, 'own');
        if (objects.usage(row).count > 0) throw swiftError(409);
        containers.delete(row.id);
        return noContent();
      },
      open,
    );
  }
}
