import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { created, isRecord, noContent, ok, parseJson, reply, Service, type Call } from '../http/service.ts';
import { takesNothing } from '../http/takes.ts';
import { webobError } from '../http/webob.ts';
import { uuid } from '../store/ids.ts';
import { now, toSeconds } from '../store/time.ts';
import { imageDataRoutes } from './data.ts';
import { badRequest, forbidden, glanceDialect, notFound, refused } from './errors.ts';
import { listImages } from './listing.ts';
import { patchImage, patchTypes } from './patch.ts';
import type { Image } from './rows.ts';
import { checkImage, checkSizes, imageTakes } from './schema.ts';
import { coreAttributes, creationHeaders, imageView, isVisible, readOnly } from './view.ts';

const createBody = z.looseObject({
  id: z.string().optional(),
  name: z.string().nullish(),
  owner: z.string().nullish(),
  visibility: z.string().default('shared'),
  protected: z.boolean().default(false),
  container_format: z.string().nullish(),
  disk_format: z.string().nullish(),
  min_disk: z.int().default(0),
  min_ram: z.int().default(0),
  os_hidden: z.boolean().default(false),
  tags: z.array(z.string()).default([]),
});
/** Names that no property may have (glance:glance/domain/__init__.py, class ImageFactory). */
const reserved = ['locations', 'direct_url', 'members', 'deleted', 'deleted_at', 'is_public'];

/** Glance v2 under `/image`. */
export function createGlance(cloud: Cloud): Service {
  const service = new Service('image', '/image', glanceDialect, { raw: true });
  const { images } = cloud.tables;
  const minors = Array.from({ length: 18 }, (_unused, minor) => 17 - minor);
  const versions = (status: number) => (call: Call) =>
    reply(status, {
      versions: minors.map((minor) => ({
        id: `v2.${minor}`,
        status: minor === 17 ? 'CURRENT' : 'SUPPORTED',
        links: [{ rel: 'self', href: `${call.origin}/image/v2/` }],
      })),
    });
  for (const path of ['', '/']) service.get(path, versions(300), { open: true });
  service.get('/versions', versions(200), { open: true });

  const json = (call: Call): unknown => {
    if (!Buffer.isBuffer(call.body) || call.body.length === 0) throw badRequest('Body expected in request.');
    return parseJson(call.body.toString(), badRequest('Malformed JSON in request body.'));
  };
  const find = (call: Call, lost = notFound): Image => {
    const id = call.params['id'] ?? '';
    const image = images.get(id);
    if (!image || !isVisible(call, image)) throw lost(id);
    return image;
  };
  const findOwned = (call: Call, action: string, lost = notFound): Image => {
    const image = find(call, lost);
    if (image.owner !== call.who.projectId && !call.who.isAdmin) throw forbidden(action);
    return image;
  };

  service.get('/v2/images', (call) => listImages(cloud, call));
  service.post('/v2/images', imageTakes, (call) => {
    const body = json(call);
    if (!isRecord(body)) throw webobError(500);
    const own = Object.keys(body).find((name) => readOnly.includes(name) && name !== 'id');
    if (own !== undefined) throw glanceDialect.error(403, `Attribute '${own}' is read-only.`);
    const taken = Object.keys(body).find((name) => reserved.includes(name));
    if (taken === 'locations') throw glanceDialect.error(403, `Attribute '${taken}' is reserved.`);
    if (taken !== undefined) throw refused(403, `Attribute '${taken}' is reserved.`);
    checkImage(body);
    checkSizes(body);
    const wanted = service.parse(createBody, body);
    if (wanted.visibility === 'public' && !call.who.isAdmin) throw forbidden('publicize_image');
    if (typeof wanted.owner === 'string' && wanted.owner !== call.who.projectId && !call.who.isAdmin) {
      throw refused(403, `You are not permitted to create images owned by '${wanted.owner}'`);
    }
    if (wanted.id !== undefined && images.get(wanted.id)) {
      throw glanceDialect.error(409, `Image ID ${wanted.id} already exists!`);
    }
    const time = toSeconds(now());
    const properties = Object.entries(body).filter(([key]) => !coreAttributes.includes(key));
    const image = images.insert({
      id: wanted.id ?? uuid(),
      name: wanted.name ?? null,
      status: 'queued',
      visibility: wanted.visibility,
      protected: wanted.protected,
      owner: wanted.owner ?? call.who.projectId,
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
    return created(imageView(image), creationHeaders(call, image));
  });
  service.get('/v2/images/:id', (call) => ok(imageView(find(call))));
  service.patch('/v2/images/:id', imageTakes, (call) => {
    const type = call.headers['content-type']?.split(';')[0] ?? '';
    if (!patchTypes.some((one) => one === type)) {
      throw webobError(415, type, { 'accept-patch': patchTypes.join(', ') });
    }
    const document = json(call);
    const image = findOwned(call, 'modify_image');
    patchImage(cloud, call.who.isAdmin, image, document);
    return ok(imageView(image));
  });
  service.delete('/v2/images/:id', (call) => {
    const lost = (id: string) => glanceDialect.error(404, `Failed to find image ${id} to delete`);
    const image = findOwned(call, 'delete_image', lost);
    if (image.protected) {
      throw glanceDialect.error(403, `Image ${image.id} is protected and cannot be deleted.`);
    }
    for (const kind of ['image', 'stage']) cloud.blobs.delete(`${kind}/${image.id}`);
    images.delete(image.id);
    return noContent();
  });
  imageDataRoutes(service, cloud, find, findOwned);

  const unknownImage = (id: string) => glanceDialect.error(404, `Image ${id} not found.`);
  service.put('/v2/images/:id/tags/:tag', takesNothing, (call) => {
    const image = findOwned(call, 'modify_image', unknownImage);
    const tags = [...new Set([...image.tags, call.params['tag'] ?? ''])];
    checkImage({ tags: [call.params['tag'] ?? ''] });
    images.patch(image, { tags, updated_at: toSeconds(now()) });
    return noContent();
  });
  service.delete('/v2/images/:id/tags/:tag', (call) => {
    const image = findOwned(call, 'modify_image', unknownImage);
    const tag = call.params['tag'] ?? '';
    if (!image.tags.includes(tag)) throw webobError(404);
    images.patch(image, { tags: image.tags.filter((one) => one !== tag), updated_at: toSeconds(now()) });
    return noContent();
  });
  return service;
}
