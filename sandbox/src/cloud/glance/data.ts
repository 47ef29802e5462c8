import { createHash } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import { noContent, reply, type Answer, type Call, type Service } from '../http/service.ts';
import { takesNothing } from '../http/takes.ts';
import { webobDetail, webobError } from '../http/webob.ts';
import { now, toSeconds } from '../store/time.ts';
import { badRequest, glanceDialect } from './errors.ts';
import type { Image } from './rows.ts';

/** `bytes=2-5` of a length; undefined for the whole. @throws ApiError 416 */
function readRange(header: string | undefined, length: number): [start: number, end: number] | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, length - Number(to)) : Number(from);
  const end = from === '' || to === '' ? length : Math.min(length, Number(to) + 1);
  if (start < length) return [start, end];
  const allowed = `[0, ${length - 1}]`;
  throw webobDetail(
    416,
    `Invalid start position in Range header. Start position MUST be in the inclusive range ${allowed}.`,
  );
}

/** `/v2/images/<id>/file` and `/stage`. */
export function imageDataRoutes(
  service: Service,
  cloud: Cloud,
  find: (call: Call) => Image,
  findOwned: (call: Call, action: string) => Image,
): void {
  const { images } = cloud.tables;
  /** The bytes that a request brings for an image that waits for them. */
  const receive = (call: Call, image: Image, status: string): Buffer => {
    if (image.status !== 'queued') {
      const words = `Image status transition from ${image.status} to ${status} is not allowed`;
      throw glanceDialect.error(409, words);
    }
    const unset = [
      ...(image.disk_format === null ? ['disk_format'] : []),
      ...(image.container_format === null ? ['container_format'] : []),
    ];
    if (unset.length > 0) throw badRequest(`Properties ${unset.join(', ')} must be set prior to saving data.`);
    return Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
  };
  const requireBytes = (call: Call): void => {
    const type = call.headers['content-type']?.split(';')[0] ?? '';
    if (type !== 'application/octet-stream') throw webobError(415, type);
  };

  service.put('/v2/images/:id/file', takesNothing, (call): Answer => {
    requireBytes(call);
    const image = findOwned(call, 'upload_image');
    const data = receive(call, image, 'saving');
    cloud.blobs.set(`image/${image.id}`, data);
    images.patch(image, {
      status: 'active',
      size: data.length,
      checksum: createHash('md5').update(data).digest('hex'),
      os_hash_value: createHash('sha512').update(data).digest('hex'),
      updated_at: toSeconds(now()),
    });
    return noContent();
  });
  service.put('/v2/images/:id/stage', takesNothing, (call): Answer => {
    requireBytes(call);
    const image = findOwned(call, 'modify_image');
    const data = receive(call, image, 'uploading');
    cloud.blobs.set(`stage/${image.id}`, data);
    images.patch(image, { status: 'uploading', size: data.length, updated_at: toSeconds(now()) });
    return noContent();
  });
  service.get('/v2/images/:id/file', (call): Answer => {
    const image = find(call);
    const data = cloud.blobs.get(`image/${image.id}`);
    if (!data) return noContent({ 'content-type': '' });
    const headers = {
      'content-type': 'application/octet-stream',
      ...(image.checksum !== null && { 'content-md5': image.checksum }),
    };
    const range = readRange(call.headers.range, data.length);
    if (!range) return reply(200, data, headers);
    const [start, end] = range;
    return reply(206, data.subarray(start, end), {
      ...headers,
      'content-range': `bytes ${start}-${end - 1}/${data.length}`,
    });
  });
}
