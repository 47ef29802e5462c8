import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { created, noContent, ok, reply, type Answer, type Call, type Service } from '../http/service.ts';
import { now } from '../store/time.ts';
import { swiftError } from './errors.ts';
import { mergeHeaders, metaHeaders, timestamp } from './metadata.ts';
import type { Container, StoredObject } from './rows.ts';

const manifestBody = z
  .array(
    z.looseObject({
      path: z.string(),
      etag: z.string().nullish(),
      size_bytes: z.union([z.int(), z.string().transform(Number)]).nullish(),
    }),
  )
  .min(1)
  .max(1000);

const kept = ['content-encoding', 'content-disposition', 'cache-control', 'content-language'];
const md5 = (data: Buffer | string): string => createHash('md5').update(data).digest('hex');
const blobKey = (id: string): string => `object/${id}`;

/** The names in `<container>/<object>`, as manifests and `X-Copy-From` write them. */
function splitPath(path: string): [container: string, name: string] {
  const trimmed = decodeURIComponent(path).replace(/^\//, '');
  const slash = trimmed.indexOf('/');
  return slash < 0 ? [trimmed, ''] : [trimmed.slice(0, slash), trimmed.slice(slash + 1)];
}

/** Objects of a cloud: small ones, and large ones made of segments. */
export class Objects {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** An object that is there and has not expired. */
  find(account: string, container: string, name: string): StoredObject | undefined {
    const row = this.#cloud.tables.objects.get(`${account}/${container}/${name}`);
    if (row?.deleteAt !== null && row !== undefined && row.deleteAt * 1000 <= Date.now()) {
      this.remove(row);
      return undefined;
    }
    return row;
  }

  /** The objects of a container; expired ones go. */
  inContainer(account: string, container: string): StoredObject[] {
    return this.#cloud.tables.objects
      .by('container', `${account}/${container}`)
      .filter((row) => this.find(account, container, row.name));
  }

  remove(row: StoredObject): void {
    this.#cloud.blobs.delete(blobKey(row.id));
    this.#cloud.tables.objects.delete(row.id);
  }

  /** All bytes, those of segments put together. */
  content(row: StoredObject): Buffer {
    return Buffer.concat(this.#parts(row).map((part) => this.#cloud.blobs.get(blobKey(part.id)) ?? Buffer.alloc(0)));
  }

  /** Size and ETag as HEAD shows them: of a large object, those of the whole. */
  summary(row: StoredObject): { readonly bytes: number; readonly etag: string } {
    if (row.segments === null && row.manifest === null) return { bytes: row.bytes, etag: row.etag };
    const parts = this.#parts(row);
    return {
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      etag: `"${md5(parts.map((part) => part.etag).join(''))}"`,
    };
  }

  #parts(row: StoredObject): StoredObject[] {
    if (row.segments !== null) {
      return row.segments.map(({ path }) => {
        const part = this.find(row.account, ...splitPath(path));
        if (!part) throw swiftError(409);
        return part;
      });
    }
    if (row.manifest === null) return [row];
    const [container, prefix] = splitPath(row.manifest);
    return this.inContainer(row.account, container)
      .filter(({ name }) => name.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  put(call: Call, container: Container, name: string): Answer {
    const { account } = container;
    const old = this.find(account, container.name, name);
    if (call.headers['if-none-match'] === '*' && old) throw swiftError(412);
    const source = this.#source(call, account);
    const data = source ? this.content(source) : Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
    const wantsManifest = call.query.get('multipart-manifest') === 'put';
    const segments = wantsManifest ? this.#checkManifest(account, data) : null;
    const etag = md5(data);
    const expected = typeof call.headers.etag === 'string' ? call.headers.etag.replaceAll('"', '') : undefined;
    if (expected !== undefined && !wantsManifest && expected !== etag) throw swiftError(422);
    const manifest = call.headers['x-object-manifest'];
    const row = this.#cloud.tables.objects.insert({
      id: `${container.id}/${name}`,
      account,
      container: container.name,
      name,
      etag,
      bytes: data.length,
      contentType: call.headers['content-type'] ?? source?.contentType ?? 'application/octet-stream',
      headers: mergeHeaders(source?.headers ?? {}, this.#headers(call)),
      modified: now(),
      segments,
      manifest: typeof manifest === 'string' ? decodeURIComponent(manifest) : null,
      deleteAt: this.#deleteAt(call),
    });
    this.#cloud.blobs.set(blobKey(row.id), data);
    return created('', {
      etag: this.summary(row).etag.replaceAll('"', segments ? '"' : ''),
      'last-modified': new Date(row.modified).toUTCString(),
    });
  }

  #source(call: Call, account: string): StoredObject | undefined {
    const from = call.headers['x-copy-from'];
    if (typeof from !== 'string') return undefined;
    const row = this.find(account, ...splitPath(from));
    if (!row) throw swiftError(404);
    return row;
  }

  #headers(call: Call): Record<string, string> {
    const more = kept.flatMap((name) =>
      typeof call.headers[name] === 'string' ? [[name, call.headers[name]] as const] : [],
    );
    return { ...metaHeaders(call, 'object'), ...Object.fromEntries(more) };
  }

  #deleteAt(call: Call): number | null {
    const [at, after] = [call.headers['x-delete-at'], call.headers['x-delete-after']];
    if (typeof after === 'string') return Math.floor(Date.now() / 1000) + Number(after);
    if (typeof at !== 'string') return null;
    if (Number(at) * 1000 < Date.now()) throw swiftError(400, 'X-Delete-At in past');
    return Number(at);
  }

  #checkManifest(account: string, data: Buffer): StoredObject['segments'] {
    const parsed = manifestBody.safeParse(readJson(data));
    if (!parsed.success) throw swiftError(400, 'Manifest must be valid JSON.\n');
    const problems: string[] = [];
    const segments = parsed.data.map(({ path, etag, size_bytes }) => {
      const part = this.find(account, ...splitPath(path));
      if (!part) problems.push(`${path}, 404 Not Found`);
      else if (typeof etag === 'string' && etag !== part.etag) problems.push(`${path}, Etag Mismatch`);
      else if (typeof size_bytes === 'number' && size_bytes !== part.bytes) problems.push(`${path}, Size Mismatch`);
      return { path, bytes: part?.bytes ?? 0, etag: part?.etag ?? '' };
    });
    if (problems.length > 0) throw swiftError(400, `Errors:\n${problems.join('\n')}\n`);
    return segments;
  }

  /** What HEAD and GET say of an object. */
  headers(row: StoredObject): Record<string, string> {
    const { etag } = this.summary(row);
    return {
      'content-type': row.contentType,
      etag,
      'last-modified': new Date(row.modified).toUTCString(),
      'x-timestamp': timestamp(row.modified),
      'accept-ranges': 'bytes',
      ...row.headers,
      ...(row.segments !== null && { 'x-static-large-object': 'True' }),
      ...(row.manifest !== null && { 'x-object-manifest': row.manifest }),
      ...(row.deleteAt !== null && { 'x-delete-at': String(row.deleteAt) }),
    };
  }

  get(call: Call, row: StoredObject): Answer {
    const headers = this.headers(row);
    if (row.segments !== null && call.query.get('multipart-manifest') === 'get') {
      const listed = row.segments.map(({ path, bytes, etag }) => ({
        name: path,
        bytes,
        hash: etag,
        content_type: 'application/octet-stream',
      }));
      return ok(Buffer.from(JSON.stringify(listed)), { ...headers, 'content-type': 'application/json; charset=utf-8' });
    }
    const plain = (headers['etag'] ?? '').replaceAll('"', '');
    const matches = (value: string | undefined): boolean =>
      value !== undefined &&
      (value === '*' || value.split(',').some((one) => one.trim().replaceAll('"', '') === plain));
    if (call.headers['if-match'] !== undefined && !matches(call.headers['if-match'])) throw swiftError(412);
    if (matches(call.headers['if-none-match'])) return reply(304, undefined, headers);
    const data = this.content(row);
    const range = /^bytes=(\d*)-(\d*)$/.exec(call.headers.range ?? '');
    if (!range || (range[1] === '' && range[2] === '')) return reply(200, data, headers);
    const [first = '', last = ''] = [range[1], range[2]];
    const start = first === '' ? Math.max(0, data.length - Number(last)) : Number(first);
    const end = first === '' || last === '' ? data.length - 1 : Math.min(Number(last), data.length - 1);
    if (start > end) throw swiftError(416);
    return reply(206, data.subarray(start, end + 1), {
      ...headers,
      'content-range': `bytes ${start}-${end}/${data.length}`,
    });
  }

  /** Replaces an object's metadata, as POST does. */
  post(call: Call, row: StoredObject): Answer {
    const type = call.headers['content-type'];
    this.#cloud.tables.objects.patch(row, {
      headers: mergeHeaders({}, this.#headers(call)),
      ...(type !== undefined && { contentType: type }),
    });
    return reply(202, '');
  }

  delete(call: Call, row: StoredObject): Answer {
    if (row.segments !== null && call.query.get('multipart-manifest') === 'delete') {
      let deleted = 1;
      for (const { path } of row.segments) {
        const part = this.find(row.account, ...splitPath(path));
        if (!part) continue;
        this.remove(part);
        deleted += 1;
      }
      this.remove(row);
      return ok({
        'Response Status': '200 OK',
        'Response Body': '',
        'Number Deleted': deleted,
        'Number Not Found': 0,
        Errors: [],
      });
    }
    this.remove(row);
    return noContent();
  }
}

function readJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** `/v1/<account>/<container>/<object>` */
export function objectRoutes(
  service: Service,
  cloud: Cloud,
  objects: Objects,
  containerOf: (call: Call) => Container,
): void {
  const path = '/v1/:account/:container/*';
  const nameOf = (call: Call): string => {
    const [, , , , ...rest] = call.path.split('/');
    return decodeURIComponent(rest.join('/'));
  };
  const find = (call: Call): StoredObject => {
    const { account, name: container } = containerOf(call);
    const row = objects.find(account, container, nameOf(call));
    if (!row) throw swiftError(404);
    return row;
  };
  const open = { open: true } as const;
  service.put(path, (call) => objects.put(call, containerOf(call), nameOf(call)), open);
  service.get(path, (call) => objects.get(call, find(call)), open);
  service.route(
    'HEAD',
    path,
    (call) => {
      const row = find(call);
      return reply(200, undefined, { ...objects.headers(row), 'content-length': String(objects.summary(row).bytes) });
    },
    open,
  );
  service.post(path, (call) => objects.post(call, find(call)), open);
  service.delete(path, (call) => objects.delete(call, find(call)), open);
}
