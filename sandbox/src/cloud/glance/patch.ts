import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { isRecord } from '../http/service.ts';
import { now, toSeconds } from '../store/time.ts';
import { badRequest, forbidden, glanceDialect, refused } from './errors.ts';
import type { Image } from './rows.ts';
import { checkImage, checkSizes } from './schema.ts';
import { coreAttributes, readOnly } from './view.ts';

/** The content type of a patch; Glance still takes the older ones. */
export const patchTypes = [
  'application/openstack-images-v2.1-json-patch',
  'application/openstack-images-v2.0-json-patch',
] as const;

const operations = ['add', 'remove', 'replace'] as const;
type Operation = (typeof operations)[number];
const isOperation = (text: unknown): text is Operation => operations.some((one) => one === text);

interface Change {
  readonly op: Operation;
  readonly name: string;
  readonly value: unknown;
}

/** Reads one change (glance:glance/api/v2/images.py, class RequestDeserializer). @throws ApiError 400 */
function readChange(raw: unknown): Change {
  if (!isRecord(raw)) throw badRequest('Operations must be JSON objects.');
  const known = `It must be one of the following: ${operations.join(', ')}.`;
  const { op, path } = raw;
  if (op === undefined) throw badRequest(`Unable to find \`op\` in JSON Schema change. ${known}`);
  if (!isOperation(op))
    throw badRequest(`Invalid operation: \`${typeof op === 'string' ? op : JSON.stringify(op)}\`. ${known}`);
  if (typeof path !== 'string') throw badRequest("Unable to find 'path' in JSON Schema change");
  if (!path.startsWith('/')) throw badRequest(`Pointer \`${path}\` does not start with "/".`);
  if (path.length > 1 && path.endsWith('/')) throw badRequest(`Pointer \`${path}\` end with "/".`);
  if (/\/\//.test(path.slice(1))) throw badRequest(`Pointer \`${path}\` contains adjacent "/".`);
  if (op !== 'remove' && raw['value'] === undefined) {
    throw badRequest(`Operation "${op}" requires a member named "value".`);
  }
  if (path.slice(1).includes('/')) throw badRequest(`Invalid JSON pointer for this resource: '${path}'`);
  return { op, name: path.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'), value: raw['value'] };
}

const values = z.looseObject({
  name: z.string().nullable().optional(),
  owner: z.string().nullable().optional(),
  visibility: z.string().optional(),
  protected: z.boolean().optional(),
  os_hidden: z.boolean().optional(),
  min_disk: z.int().optional(),
  min_ram: z.int().optional(),
  container_format: z.string().nullable().optional(),
  disk_format: z.string().nullable().optional(),
  tags: z.array(z.string()).optional(),
});

/** Applies an `application/openstack-images-v2.1-json-patch` document. */
export function patchImage(cloud: Cloud, isAdmin: boolean, image: Image, document: unknown): void {
  if (!Array.isArray(document)) throw badRequest('Request body must be a JSON array of operation objects.');
  const changes = document.map(readChange);
  for (const { name, op, value } of changes) {
    if (readOnly.includes(name)) throw glanceDialect.error(403, `Attribute '${name}' is read-only.`);
    if (op !== 'remove') checkImage({ [name]: value });
    if (op !== 'remove') checkSizes({ [name]: value });
  }
  const properties = { ...image.properties };
  const core: Record<string, unknown> = {};
  for (const { op, name, value } of changes) {
    if (coreAttributes.includes(name)) {
      if (op === 'remove') throw refused(403, `Property ${name} may not be removed.`);
      if (name === 'owner' && !isAdmin) throw refused(403, "Owner can't be updated by non admin.");
      if (name === 'visibility' && value === 'public' && !isAdmin) throw forbidden('publicize_image');
      core[name] = value;
      continue;
    }
    if (op !== 'add' && !(name in properties)) throw refused(409, `Property ${name} does not exist.`);
    if (op === 'remove') Reflect.deleteProperty(properties, name);
    else properties[name] = String(value);
  }
  const parsed = values.parse(core);
  const known: Partial<Image> = {
    ...(parsed.name !== undefined && { name: parsed.name }),
    ...(parsed.owner !== undefined && { owner: parsed.owner }),
    ...(parsed.visibility !== undefined && { visibility: parsed.visibility }),
    ...(parsed.protected !== undefined && { protected: parsed.protected }),
    ...(parsed.os_hidden !== undefined && { os_hidden: parsed.os_hidden }),
    ...(parsed.min_disk !== undefined && { min_disk: parsed.min_disk }),
    ...(parsed.min_ram !== undefined && { min_ram: parsed.min_ram }),
    ...(parsed.container_format !== undefined && { container_format: parsed.container_format }),
    ...(parsed.disk_format !== undefined && { disk_format: parsed.disk_format }),
    ...(parsed.tags !== undefined && { tags: [...new Set(parsed.tags)] }),
  };
  cloud.tables.images.patch(image, { ...known, properties, updated_at: toSeconds(now()) });
}
