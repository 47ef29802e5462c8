import { created, type Answer, type Call } from '../http/service.ts';
import { plainError, swiftError } from './errors.ts';
import { manifestOf } from './manifests.ts';
import { checkMetadata, deleteAt, splitPath } from './metadata.ts';
import { etagOf, md5, type Objects } from './objects.ts';
import { pythonJson } from './python-json.ts';
import type { Container, StoredObject } from './rows.ts';

/** Content types by the ends of names, where a request has none; Swift asks Python's mimetypes. */
const typesByEnd: Readonly<Record<string, string>> = {
  ...{ html: 'text/html', htm: 'text/html', css: 'text/css', txt: 'text/plain', csv: 'text/csv', xml: 'text/xml' },
  ...{ js: 'text/javascript', json: 'application/json', pdf: 'application/pdf', zip: 'application/zip' },
  ...{ png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', svg: 'image/svg+xml' },
  ...{ tar: 'application/x-tar', bin: 'application/octet-stream' },
};

/** Stores what a PUT brings: an object, or the manifest of a large one. @throws ApiError */
export function upload(call: Call, objects: Objects, container: Container, name: string): Answer {
  const data = Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
  objects.checkName(name);
  checkMetadata(call, 'object');
  const goes = deleteAt(call);
  const once = call.headers['if-none-match'];
  if (once !== undefined && once !== '*') throw plainError(400, 'If-None-Match only supports *');
  if (call.query.get('multipart-manifest') === 'put') return uploadManifest(call, objects, container, name, data);
  const manifest = call.headers['x-object-manifest'];
  if (typeof manifest === 'string' && splitPath(manifest)[1] === '') {
    throw swiftError(400, 'X-Object-Manifest must be in the format container/prefix');
  }
  objects.checkQuota(container, data.length);
  if (once === '*' && objects.find(container.account, container.name, name)) throw swiftError(412);
  const etag = md5(data);
  const expected = typeof call.headers.etag === 'string' ? call.headers.etag.replaceAll('"', '') : '';
  if (expected !== '' && expected !== etag) {
    throw swiftError(422, undefined, { 'last-modified': new Date().toUTCString() });
  }
  const row = objects.store(container, name, data, {
    contentType: typeOf(call, name),
    headers: objects.headersFrom(call),
    manifest: typeof manifest === 'string' ? decodeURIComponent(manifest) : null,
    deleteAt: goes,
  });
  return created(undefined, stamp(row, row.etag));
}

function uploadManifest(call: Call, objects: Objects, container: Container, name: string, data: Buffer): Answer {
  const segments = manifestOf(call, objects, container.account, `/${container.name}/${name}`, data);
  const etag = etagOf(segments);
  const expected = typeof call.headers.etag === 'string' ? call.headers.etag.replaceAll('"', '') : etag;
  if (expected !== etag) throw swiftError(422);
  const manifest = Buffer.from(pythonJson(segments));
  const values = { contentType: typeOf(call, name), headers: objects.headersFrom(call), segments };
  const row = objects.store(container, name, manifest, { ...values, deleteAt: deleteAt(call) });
  return created(undefined, stamp(row, `"${etag}"`));
}

function stamp(row: StoredObject, etag: string): Record<string, string> {
  return { etag, 'last-modified': new Date(row.modified).toUTCString() };
}

/** The content type of a new object: what the request says, else by its name. */
function typeOf(call: Call, name: string): string {
  const type = call.headers['content-type'] ?? '';
  if (type !== '' && call.headers['x-detect-content-type'] !== 'true') return type;
  return typesByEnd[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}
