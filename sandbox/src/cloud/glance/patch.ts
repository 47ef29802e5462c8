import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { now, toSeconds } from '../store/time.ts';
import type { Image } from './rows.ts';
import { coreAttributes, glanceDialect } from './service.ts';

const patchBody = z.array(
  z.looseObject({
    op: z.enum(['add', 'replace', 'remove']),
    path: z.string().regex(/^\/[^/]+$/),
    value: z.unknown().optional(),
  }),
);
const readOnly = [
  'id',
  'status',
  'owner',
  'size',
  'checksum',
  'os_hash_value',
  'created_at',
  'updated_at',
  'self',
  'file',
  'schema',
  'virtual_size',
  'os_hash_algo',
];
const visibility = z.enum(['public', 'private', 'shared', 'community']);

/** Applies an `application/openstack-images-v2.1-json-patch` document. */
export function patchImage(cloud: Cloud, isAdmin: boolean, image: Image, document: unknown): void {
  const parsed = patchBody.safeParse(document);
  if (!parsed.success) throw glanceDialect.error(400, 'Request body must be a JSON array of operation objects.');
  const { images } = cloud.tables;
  const properties = { ...image.properties };
  const changes: Partial<Image> = {};
  for (const { op, path, value } of parsed.data) {
    const name = path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
    if (readOnly.includes(name)) throw glanceDialect.error(403, `Attribute '${name}' is read-only.`);
    if (!coreAttributes.includes(name)) {
      if (op !== 'add' && !(name in properties)) throw glanceDialect.error(409, `Property ${name} does not exist.`);
      if (op === 'remove') Reflect.deleteProperty(properties, name);
      else properties[name] = String(value);
      continue;
    }
    if (op === 'remove') throw glanceDialect.error(403, `Property '${name}' cannot be removed.`);
    if (name === 'visibility' && value === 'public' && !isAdmin) {
      throw glanceDialect.error(403, 'You are not authorized to complete publicize_image action.');
    }
    Object.assign(changes, coreChange(name, value));
  }
  images.patch(image, { ...changes, properties, updated_at: toSeconds(now()) });
}

function coreChange(name: string, value: unknown): Partial<Image> {
  const fail = () => glanceDialect.error(400, `Invalid value for attribute '${name}'`);
  const read = <T>(schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw fail();
    return parsed.data;
  };
  switch (name) {
    case 'name':
      return { name: read(z.string().nullable()) };
    case 'visibility':
      return { visibility: read(visibility) };
    case 'protected':
      return { protected: read(z.boolean()) };
    case 'os_hidden':
      return { os_hidden: read(z.boolean()) };
    case 'min_disk':
      return { min_disk: read(z.int().min(0)) };
    case 'min_ram':
      return { min_ram: read(z.int().min(0)) };
    case 'container_format':
      return { container_format: read(z.string()) };
    case 'disk_format':
      return { disk_format: read(z.string()) };
    case 'tags':
      return { tags: read(z.array(z.string())) };
    default:
      throw fail();
  }
}
