import type { Call } from '../http/service.ts';
import type { Image } from './rows.ts';

/** The attributes that are Glance's own; everything else is a property. */
export const coreAttributes: readonly string[] = [
  ...['id', 'name', 'status', 'visibility', 'protected', 'owner', 'container_format', 'disk_format', 'min_disk'],
  ...['min_ram', 'size', 'virtual_size', 'checksum', 'os_hash_algo', 'os_hash_value', 'os_hidden', 'tags'],
  ...['created_at', 'updated_at', 'self', 'file', 'schema', 'locations', 'direct_url', 'stores'],
];

/** Attributes that requests may not set (glance:glance/api/v2/images.py, class RequestDeserializer). */
export const readOnly: readonly string[] = [
  ...['created_at', 'updated_at', 'status', 'checksum', 'size', 'virtual_size', 'direct_url', 'self', 'file'],
  ...['schema', 'id', 'os_hash_algo', 'os_hash_value'],
];

/** The name of the only store. */
const store = 'file';

/** An image as Glance shows it. */
export function imageView(image: Image): Record<string, unknown> {
  const { properties, ...core } = image;
  const filled = image.os_hash_value !== null;
  return {
    ...core,
    ...properties,
    virtual_size: filled && image.disk_format === 'raw' ? image.size : null,
    os_hash_algo: filled ? 'sha512' : null,
    ...(filled && { stores: store }),
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: '/v2/schemas/image',
  };
}

/** What a creation tells besides the image. */
export const creationHeaders = (call: Call, { id }: Image): Readonly<Record<string, string>> => ({
  location: `${call.origin}/image/v2/images/${id}`,
  'openstack-image-import-methods': 'glance-direct,web-download,copy-image',
  'openstack-image-store-ids': `${store},os_glance_staging_store,os_glance_tasks_store`,
});

/** Whether the caller may see an image. */
export const isVisible = (call: Call, image: Image): boolean =>
  call.who.isAdmin ||
  image.owner === call.who.projectId ||
  image.visibility === 'public' ||
  image.visibility === 'community';
