import { z } from 'zod';
import { readBoolean } from '../http/paging.ts';
import type { Call } from '../http/service.ts';
import { checkBody } from './check.ts';
import { badRequest } from './errors.ts';
import { fromLegacyDevices } from './legacy-block-devices.ts';
import { createServerBody } from './server-schemas.ts';

const count = z.union([z.int(), z.string().transform(Number)]);
const flag = z.union([z.boolean(), z.string().transform((text) => readBoolean(text) ?? false)]);

/** One entry of `block_device_mapping_v2`. */
const blockDevice = z.object({
  boot_index: count.nullish(),
  uuid: z.string().nullish(),
  source_type: z.enum(['image', 'volume', 'snapshot', 'blank']).default('blank'),
  destination_type: z.enum(['volume', 'local']).optional(),
  volume_size: count.nullish(),
  volume_type: z.string().nullish(),
  guest_format: z.string().optional(),
  delete_on_termination: flag.default(false),
  device_name: z.string().nullish(),
  tag: z.string().nullish(),
  virtual_name: z.string().optional(),
  no_device: z.unknown().optional(),
});
export type BlockDevice = z.infer<typeof blockDevice>;

const legacyDevice = z.object({
  device_name: z.string().optional(),
  volume_size: count.optional(),
  delete_on_termination: flag.optional(),
  virtual_name: z.string().optional(),
  no_device: z.unknown().optional(),
  volume_id: z.string().optional(),
  snapshot_id: z.string().optional(),
});

const networkRequest = z.object({
  uuid: z.string().optional(),
  port: z.string().nullish(),
  fixed_ip: z.string().optional(),
  tag: z.string().nullish(),
});

/** What of a create request the sandbox looks at, in any microversion. */
const serverRequest = z.object({
  name: z.string(),
  flavorRef: z.union([z.string(), z.int().transform(String)]),
  imageRef: z.string().optional(),
  networks: z.union([z.enum(['auto', 'none']), z.array(networkRequest)]).optional(),
  min_count: count.default(1),
  max_count: count.optional(),
  return_reservation_id: flag.default(false),
  user_data: z.string().optional(),
  metadata: z.record(z.string(), z.string()).default({}),
  key_name: z.string().optional(),
  security_groups: z.array(z.object({ name: z.string() })).optional(),
  availability_zone: z.string().optional(),
  config_drive: flag.default(false),
  block_device_mapping: z.array(legacyDevice).default([]),
  block_device_mapping_v2: z.array(blockDevice).default([]),
  'OS-DCF:diskConfig': z.enum(['AUTO', 'MANUAL']).default('MANUAL'),
  accessIPv4: z.string().default(''),
  accessIPv6: z.string().default(''),
  adminPass: z.string().optional(),
  description: z.string().nullish(),
  tags: z.array(z.string()).default([]),
  host: z.string().optional(),
  hypervisor_hostname: z.string().optional(),
  hostname: z.string().optional(),
  trusted_image_certificates: z.array(z.string()).nullish(),
});
/** A create request, whatever its microversion. */
export type ServerRequest = z.infer<typeof serverRequest>;

const hints = z.record(z.string(), z.unknown());
const body = z.object({
  server: serverRequest,
  'os:scheduler_hints': hints.optional(),
  'OS-SCH-HNT:scheduler_hints': hints.optional(),
});

/** Reads a create request as its microversion allows. @throws ApiError 400 in Nova's words. */
export function parseServerRequest(call: Call): { request: ServerRequest; hints: Record<string, unknown> } {
  checkBody(createServerBody(call.microversion), call.body);
  const read = body.parse(call.body);
  return {
    request: withDevices(read.server),
    hints: read['os:scheduler_hints'] ?? read['OS-SCH-HNT:scheduler_hints'] ?? {},
  };
}

/** The request with its devices in one form, without those that are there to take one away from the image. */
function withDevices(request: ServerRequest): ServerRequest {
  const { block_device_mapping: legacy, block_device_mapping_v2: devices, imageRef = '' } = request;
  if (legacy.length > 0 && devices.length > 0)
    throw badRequest('Using different block_device_mapping syntaxes is not allowed in the same request.');
  if (devices.some(({ virtual_name }) => virtual_name !== undefined))
    throw badRequest('Block Device Mapping is Invalid: Following fields are invalid: virtual_name');
  const all = legacy.length > 0 ? fromLegacyDevices(legacy, imageRef) : devices;
  return { ...request, block_device_mapping_v2: all.filter(({ no_device: absent }) => !absent) };
}
