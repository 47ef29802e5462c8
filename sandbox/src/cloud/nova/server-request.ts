import { z } from 'zod';
import type { Call, Service } from '../http/service.ts';
import { badRequest } from './errors.ts';
import { blockDevice } from './server-volumes.ts';

const count = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^[0-9]+$/)
      .transform(Number),
  ])
  .pipe(z.int().min(1));
const name = z
  .string()
  .min(1, "'' is too short")
  .max(255, 'is too long')
  .refine((text) => text === text.trim(), 'has leading or trailing spaces');
const userData = z
  .string()
  .max(65_535, 'is too long')
  .regex(/^[A-Za-z0-9+/\s]*={0,2}\s*$/, "is not a 'base64'");
/** A tag as Nova takes it (nova:api/validation/parameter_types.py). */
export const serverTag = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[^,/]*$/, "must not contain '/' or ','");
const networkRequest = z.looseObject({
  uuid: z.string().optional(),
  port: z.string().optional(),
  fixed_ip: z.string().optional(),
  tag: z.string().optional(),
});
const metadata = z.record(z.string().min(1).max(255), z.string().max(255));

const fields = {
  name,
  flavorRef: z.union([z.string(), z.int()]).transform(String),
  imageRef: z.string().nullish(),
  networks: z.union([z.enum(['auto', 'none']), z.array(networkRequest)]).optional(),
  min_count: count.optional(),
  max_count: count.optional(),
  return_reservation_id: z.union([z.boolean(), z.string()]).optional(),
  user_data: userData.nullish(),
  metadata: metadata.optional(),
  key_name: z.string().nullish(),
  security_groups: z.array(z.looseObject({ name: z.string() })).optional(),
  availability_zone: z.string().nullish(),
  config_drive: z.union([z.boolean(), z.string()]).nullish(),
  block_device_mapping_v2: z.array(blockDevice).optional(),
  block_device_mapping: z.array(z.unknown()).optional(),
  'OS-DCF:diskConfig': z.enum(['AUTO', 'MANUAL']).optional(),
  accessIPv4: z.string().optional(),
  accessIPv6: z.string().optional(),
  adminPass: z.string().optional(),
  personality: z.array(z.unknown()).optional(),
};

function bodySchema(minor: number) {
  return z.strictObject({
    ...fields,
    ...(minor >= 19 && { description: z.string().max(255).nullish() }),
    ...(minor >= 52 && { tags: z.array(serverTag).max(50).optional() }),
    ...(minor >= 63 && { trusted_image_certificates: z.array(z.string()).nullish() }),
    ...(minor >= 74 && { host: z.string().optional(), hypervisor_hostname: z.string().optional() }),
    ...(minor >= 90 && { hostname: z.string().min(1).max(255).optional() }),
  });
}
/** A create request, whatever its microversion. */
export type ServerRequest = z.infer<typeof serverRequestShape>;
/** Every field of any microversion: the type of what {@link bodySchema} lets through. */
const serverRequestShape = z.object({
  ...fields,
  description: z.string().nullish(),
  tags: z.array(serverTag).optional(),
  host: z.string().optional(),
  hostname: z.string().optional(),
});
const hintsSchema = z.looseObject({ group: z.string().optional() });

/** Reads a create request as its microversion allows. @throws ApiError 400 in Nova's words. */
export function parseServerRequest(
  service: Service,
  call: Call,
): { request: ServerRequest; hints: Record<string, unknown> } {
  const outer = service.parse(
    z.looseObject({
      server: z.unknown(),
      'os:scheduler_hints': hintsSchema.optional(),
      'OS-SCH-HNT:scheduler_hints': hintsSchema.optional(),
    }),
    call.body,
  );
  service.parse(z.looseObject({ server: bodySchema(call.microversion) }), call.body);
  const request = serverRequestShape.parse(outer.server);
  if (call.microversion >= 37 && request.networks === undefined) {
    throw badRequest(
      `Invalid input for field/attribute server. Value: ${JSON.stringify(outer.server)}. 'networks' is a required property`,
    );
  }
  return { request, hints: outer['os:scheduler_hints'] ?? outer['OS-SCH-HNT:scheduler_hints'] ?? {} };
}
