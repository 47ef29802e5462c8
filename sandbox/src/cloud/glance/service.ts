import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { nextPage, paginate, readBoolean, sortRows } from '../http/paging.ts';
import { created, isRecord, noContent, ok, reply, Service, type Call, type Dialect } from '../http/service.ts';
import { webobError } from '../http/webob.ts';
import { uuid } from '../store/ids.ts';
import { show } from '../store/omit.ts';
import { now, toSeconds } from '../store/time.ts';
import type { Image } from './rows.ts';
import { patchImage } from './patch.ts';

/** Glance's errors are WebOb's (glance:glance/common/wsgi.py). */
export const glanceDialect: Dialect = {
  error: (status, message, _type, headers) => webobError(status, message, headers),
  invalid: (path, value, reason) =>
    webobError(400, `Provided object does not match schema 'image': ${show(value)} ${reason}: ${path}`),
  unknownPath: ({ allowed }) =>
    allowed.length > 0 ? webobError(405, undefined, { allow: allowed.join(', ') }) : webobError(404),
  unauthorized: (challenge) => webobError(401, undefined, challenge),
  emptyType: 'text/html; charset=UTF-8',
};

/** The attributes that are Glance's own; everything else is a property. */
export const coreAttributes: readonly string[] = [
  'id',
  'name',
  'status',
  'visibility',
  'protected',
  'owner',
  'container_format',
  'disk_format',
  'min_disk',
  'min_ram',
  'size',
  'virtual_size',
  'checksum',
  'os_hash_algo',
  'os_hash_value',
  'os_hidden',
  'tags',
  'created_at',
  'updated_at',
  'self',
  'file',
  'schema',
  'locations',
  'direct_url',
];

const createBody = z.looseObject({
  id: z.uuid().optional(),
  name: z.string().max(255).nullish(),
  visibility: z.enum(['public', 'private', 'shared', 'community']).default('shared'),
  protected: z.boolean().default(false),
  container_format: z.string().nullish(),
  disk_format: z.string().nullish(),
  min_disk: z.int().min(0).default(0),
  min_ram: z.int().min(0).default(0),
  os_hidden: z.boolean().default(false),
  tags: z.array(z.string().max(255)).default([]),
});

const view = (image: Image): Record<string, unknown> => {
  const { properties, ...core } = image;
  return {
    ...core,
    ...properties,
    virtual_size: null,
    os_hash_algo: image.os_hash_value === null ? null : 'sha512',
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: '/v2/schemas/image',
  };
};

/** Glance v2 under `/image`. */
export function createGlance(cloud: Cloud): Service {
  const service = new Service('image', '/image', glanceDialect, { raw: true });
  const { images } = cloud.tables;
  const minors = Array.from({ length: 18 }, (_unused, minor) => 17 - minor);
  const versions = (call: Call) =>
    reply(300, {
      versions: minors.map((minor) => ({
        id: `v2.${minor}`,
        status: minor === 17 ? 'CURRENT' : 'SUPPORTED',
        links: [{ rel: 'self', href: `${call.origin}/image/v2/` }],
      })),
    });
  for (const path of ['', '/']) service.get(path, versions, { open: true });
  service.get('/versions', versions, { open: true });

  const json = (call: Call): unknown => {
    if (!Buffer.isBuffer(call.body)) return {};
    try {
      return JSON.parse(call.body.toString()) as unknown;
    } catch {
      throw glanceDialect.error(400, 'Malformed JSON in request body.');
    }
  };
  const visible = (call: Call, image: Image): boolean =>
    call.who.isAdmin ||
    image.owner === call.who.projectId ||
    image.visibility === 'public' ||
    image.visibility === 'community';
  const find = (call: Call): Image => {
    const id = call.params['id'] ?? '';
    const image = images.get(id);
    if (!image || !visible(call, image)) throw glanceDialect.error(404, `No image found with ID ${id}`);
    return image;
  };
  const findOwned = (call: Call): Image => {
    const image = find(call);
    if (image.owner !== call.who.projectId && !call.who.isAdmin) {
      throw glanceDialect.error(403, 'You are not authorized to complete this action.');
    }
    return image;
  };

  service.get('/v2/images', (call) => {
    const { query } = call;
    const skip = new Set([
      'limit',
      'marker',
      'sort',
      'sort_key',
      'sort_dir',
      'visibility',
      'member_status',
      'tag',
      'os_hidden',
    ]);
    const wantHidden = readBoolean(query.get('os_hidden')) ?? false;
    const visibility = query.get('visibility');
    const found = images.all().filter((image) => {
      if (!visible(call, image) || image.os_hidden !== wantHidden) return false;
      if (
        visibility === null
          ? image.visibility === 'community' && image.owner !== call.who.projectId
          : visibility !== 'all' && image.visibility !== visibility
      )
        return false;
      if (!query.getAll('tag').every((tag) => image.tags.includes(tag))) return false;
      const shown = view(image);
      return [...query.keys()].every((key) => {
        if (skip.has(key)) return true;
        const value = query.get(key) ?? '';
        if (key === 'size_min') return (image.size ?? 0) >= Number(value);
        if (key === 'size_max') return (image.size ?? 0) <= Number(value);
        const wanted = value.startsWith('in:') ? value.slice(3).split(',') : [value];
        const actual = shown[key];
        return wanted.includes(
          typeof actual === 'string' || typeof actual === 'number' || typeof actual === 'boolean' ? String(actual) : '',
        );
      });
    });
    const sort = query.get('sort');
    const keys =
      sort === null
        ? [{ key: query.get('sort_key') ?? 'created_at', descending: (query.get('sort_dir') ?? 'desc') === 'desc' }]
        : sort.split(',').map((part) => ({ key: part.split(':')[0] ?? part, descending: !part.endsWith(':asc') }));
    const limit = Math.min(Number(query.get('limit') ?? 25), 1000);
    if (!(limit >= 0)) throw glanceDialect.error(400, 'limit param must be an integer');
    const marker = query.get('marker') ?? undefined;
    const slice = paginate(sortRows(found.reverse(), keys), { limit, marker });
    if (!slice) throw glanceDialect.error(400, 'Invalid marker');
    const last = slice.items.at(-1);
    const first = new URLSearchParams(query);
    first.delete('marker');
    return ok({
      images: slice.items.map(view),
      first: `/v2/images${first.size > 0 ? `?${first.toString()}` : ''}`,
      schema: '/v2/schemas/images',
      ...(last && slice.items.length === limit && { next: nextPage('', '/v2/images', query, last.id) }),
    });
  });

  service.post('/v2/images', (call) => {
    const body = json(call);
    const wanted = service.parse(createBody, body);
    if (wanted.visibility === 'public' && !call.who.isAdmin) {
      throw glanceDialect.error(403, 'You are not authorized to complete publicize_image action.');
    }
    if (wanted.id !== undefined && images.get(wanted.id)) {
      throw glanceDialect.error(409, `Image ID ${wanted.id} already exists!`);
    }
    const time = toSeconds(now());
    const properties = isRecord(body) ? Object.entries(body).filter(([key]) => !coreAttributes.includes(key)) : [];
    const image = images.insert({
      id: wanted.id ?? uuid(),
      name: wanted.name ?? null,
      status: 'queued',
      visibility: wanted.visibility,
      protected: wanted.protected,
      owner: call.who.projectId,
      container_format: wanted.container_format ?? null,
      disk_format: wanted.disk_format ?? null,
      min_disk: wanted.min_disk,
      min_ram: wanted.min_ram,
      size: null,
      checksum: null,
      os_hash_value: null,
      os_hidden: wanted.os_hidden,
      tags: [...new Set(wanted.tags)],
      created_at: time,
      updated_at: time,
      properties: Object.fromEntries(properties.map(([key, value]) => [key, String(value)])),
    });
    return created(view(image), {
      location: `${call.origin}/image/v2/images/${image.id}`,
      'openstack-image-import-methods': 'glance-direct',
    });
  });
  service.get('/v2/images/:id', (call) => ok(view(find(call))));
  service.patch('/v2/images/:id', (call) => {
    const image = findOwned(call);
    patchImage(cloud, call.who.isAdmin, image, json(call));
    return ok(view(image));
  });
  service.delete('/v2/images/:id', (call) => {
    const image = findOwned(call);
    if (image.protected) {
      throw glanceDialect.error(403, `Image ${image.id} is protected and cannot be deleted.`);
    }
    cloud.blobs.delete(`image/${image.id}`);
    images.delete(image.id);
    return noContent();
  });
  service.put('/v2/images/:id/file', (call) => {
    const image = findOwned(call);
    if (image.status !== 'queued') {
      throw glanceDialect.error(409, `Image status transition from ${image.status} to saving is not allowed`);
    }
    const data = Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
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
  service.get('/v2/images/:id/file', (call) => {
    const image = find(call);
    const data = cloud.blobs.get(`image/${image.id}`);
    if (!data) return noContent();
    return reply(200, data, {
      'content-type': 'application/octet-stream',
      ...(image.checksum !== null && { 'content-md5': image.checksum }),
    });
  });
  service.put('/v2/images/:id/tags/:tag', (call) => {
    const image = findOwned(call);
    images.patch(image, { tags: [...new Set([...image.tags, call.params['tag'] ?? ''])] });
    return noContent();
  });
  service.delete('/v2/images/:id/tags/:tag', (call) => {
    const image = findOwned(call);
    const tag = call.params['tag'] ?? '';
    if (!image.tags.includes(tag)) throw glanceDialect.error(404, `No tag found with name ${tag}`);
    images.patch(image, { tags: image.tags.filter((one) => one !== tag) });
    return noContent();
  });
  return service;
}
