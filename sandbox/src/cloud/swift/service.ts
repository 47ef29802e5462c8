import type { Cloud } from '../cloud.ts';
import { noContent, ok, reply, Service, type Answer, type Call } from '../http/service.ts';
import { now } from '../store/time.ts';
import { swiftDialect, swiftError } from './errors.ts';
import { byName, listLines, wantsJson, type Line } from './listing.ts';
import { mergeHeaders, metaHeaders, timestamp } from './metadata.ts';
import { objectRoutes, Objects } from './objects.ts';
import type { Container } from './rows.ts';

/** The headers of containers that are kept besides their metadata. */
const containerHeaders = ['x-container-read', 'x-container-write', 'x-versions-location', 'x-history-location'];

function listAnswer<T extends { readonly name: string }>(
  call: Call,
  lines: readonly Line<T>[],
  view: (row: T) => unknown,
  headers: Readonly<Record<string, string>>,
): Answer {
  if (wantsJson(call)) {
    const body = lines.map((line) => ('row' in line ? view(line.row) : { subdir: line.subdir }));
    return ok(Buffer.from(JSON.stringify(body)), { ...headers, 'content-type': 'application/json; charset=utf-8' });
  }
  if (lines.length === 0) return noContent(headers);
  const text = lines.map((line) => `${'row' in line ? line.row.name : line.subdir}\n`).join('');
  return ok(text, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
}

/** Swift v1 under `/object-store`. */
export function createSwift(cloud: Cloud): Service {
  const service = new Service('object-store', '/object-store', swiftDialect, { raw: true, guarded: false });
  const objects = new Objects(cloud);
  const { containers } = cloud.tables;
  const open = { open: true } as const;
  service.before = (call) => ({ 'x-trans-id': `tx${call.requestId.slice(4).replaceAll('-', '').slice(0, 21)}` });
  service.get(
    '/info',
    () =>
      ok({
        swift: {
          version: '2.38.0',
          container_listing_limit: 10_000,
          account_listing_limit: 10_000,
          max_file_size: 1024 ** 3,
        },
        slo: { max_manifest_segments: 1000, min_segment_size: 1 },
        dlo: {},
      }),
    open,
  );

  const accountOf = (call: Call): string => {
    const account = call.params['account'] ?? '';
    if (call.who.token === undefined) throw swiftError(401);
    if (account !== `AUTH_${call.who.projectId}` && !call.who.isAdmin) throw swiftError(403);
    return account;
  };
  const containerOf = (call: Call): Container => {
    const row = containers.get(`${accountOf(call)}/${call.params['container'] ?? ''}`);
    if (!row) throw swiftError(404);
    return row;
  };
  const usage = ({ account, name }: Container) => {
    const rows = objects.inContainer(account, name);
    return { count: rows.length, bytes: rows.reduce((sum, row) => sum + row.bytes, 0) };
  };
  const accountHeaders = (account: string): Record<string, string> => {
    const mine = containers.by('account', account);
    const all = mine.map(usage);
    return {
      'x-account-container-count': String(mine.length),
      'x-account-object-count': String(all.reduce((sum, { count }) => sum + count, 0)),
      'x-account-bytes-used': String(all.reduce((sum, { bytes }) => sum + bytes, 0)),
      'x-timestamp': timestamp(now()),
    };
  };
  const headersOf = (row: Container): Record<string, string> => {
    const { count, bytes } = usage(row);
    return {
      ...row.headers,
      'x-container-object-count': String(count),
      'x-container-bytes-used': String(bytes),
      'x-timestamp': timestamp(row.created),
      'last-modified': new Date(row.created).toUTCString(),
      'x-storage-policy': 'Policy-0',
    };
  };

  service.get(
    '/v1/:account',
    (call) => {
      const account = accountOf(call);
      const view = (row: Container) => ({
        name: row.name,
        ...usage(row),
        last_modified: row.created.replace('Z', '000'),
      });
      return listAnswer(call, listLines(call, containers.by('account', account)), view, accountHeaders(account));
    },
    open,
  );
  service.route('HEAD', '/v1/:account', (call) => noContent(accountHeaders(accountOf(call))), open);

  const path = '/v1/:account/:container';
  const changes = (call: Call): Record<string, string> => {
    const kept = containerHeaders.flatMap((name) => {
      const value = call.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    return { ...metaHeaders(call, 'container'), ...Object.fromEntries(kept) };
  };
  service.put(
    path,
    (call) => {
      const account = accountOf(call);
      const name = call.params['container'] ?? '';
      if (name.length > 256) throw swiftError(400, `Container name length of ${name.length} longer than 256`);
      const old = containers.get(`${account}/${name}`);
      if (old) {
        containers.patch(old, { headers: mergeHeaders(old.headers, changes(call)) });
        return reply(202, '');
      }
      containers.insert({
        id: `${account}/${name}`,
        account,
        name,
        headers: mergeHeaders({}, changes(call)),
        created: now(),
      });
      return reply(201, '');
    },
    open,
  );
  service.get(
    path,
    (call) => {
      const row = containerOf(call);
      const rows = objects.inContainer(row.account, row.name).sort((a, b) => byName(a.name, b.name));
      const lines = listLines(call, rows);
      const view = (one: (typeof rows)[number]) => ({
        name: one.name,
        hash: one.segments === null ? one.etag : objects.summary(one).etag.replaceAll('"', ''),
        bytes: one.segments === null ? one.bytes : objects.summary(one).bytes,
        content_type: one.contentType,
        last_modified: one.modified.replace('Z', '000'),
      });
      return listAnswer(call, lines, view, headersOf(row));
    },
    open,
  );
  service.route('HEAD', path, (call) => noContent(headersOf(containerOf(call))), open);
  service.post(
    path,
    (call) => {
      const row = containerOf(call);
      containers.patch(row, { headers: mergeHeaders(row.headers, changes(call)) });
      return noContent();
    },
    open,
  );
  service.delete(
    path,
    (call) => {
      const row = containerOf(call);
      if (usage(row).count > 0) throw swiftError(409);
      containers.delete(row.id);
      return noContent();
    },
    open,
  );
  objectRoutes(service, cloud, objects, containerOf);
  return service;
}
