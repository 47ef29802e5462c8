import type { Schema } from '../http/json-schema.ts';
import {
  anyPattern,
  anyText,
  boolean,
  description,
  diskConfig,
  fqdn,
  hostname,
  ipAddress,
  many,
  metadata,
  name,
  nonNegativeInteger,
  positiveInteger,
  strict,
  tag,
  uuid,
  uuidOrEmpty,
  volumeSize,
  wrapped,
} from './parameter-types.ts';

const oldBlockDevice: Readonly<Record<string, Schema>> = {
  virtual_name: { type: 'string', maxLength: 255 },
  volume_id: uuid,
  snapshot_id: uuid,
  volume_size: volumeSize,
  device_name: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[a-zA-Z0-9._/-]*$' },
  delete_on_termination: boolean,
  no_device: {},
  connection_info: { type: 'string', maxLength: 16_777_215 },
};

const blockDevice = (minor: number): Schema =>
  strict({
    ...oldBlockDevice,
    source_type: { type: 'string', enum: ['volume', 'image', 'snapshot', 'blank'] },
    uuid: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[a-zA-Z0-9._-]*$' },
    image_id: uuid,
    destination_type: { type: 'string', enum: ['local', 'volume'] },
    guest_format: { type: 'string', maxLength: 255 },
    device_type: { type: 'string', maxLength: 255 },
    disk_bus: { type: 'string', maxLength: 255 },
    boot_index: { type: ['integer', 'string', 'null'], pattern: '^-?[0-9]+$' },
    ...((minor === 32 || minor >= 42) && { tag }),
    ...(minor >= 67 && { volume_type: { type: ['string', 'null'], minLength: 0, maxLength: 255 } }),
  });

function networks(minor: number): Schema {
  const list: Schema = {
    type: 'array',
    items: strict({
      fixed_ip: ipAddress,
      port: { type: ['string', 'null'], format: 'uuid' },
      uuid: minor >= 37 ? uuid : { type: 'string' },
      ...(((minor >= 32 && minor < 37) || minor >= 42) && { tag }),
    }),
  };
  return minor >= 37 ? { oneOf: [list, { type: 'string', enum: ['none', 'auto'] }] } : list;
}

const hostnameAt = (minor: number): Readonly<Record<string, Schema>> =>
  minor >= 90 ? { hostname: minor >= 94 ? fqdn : hostname } : {};

const hints: Schema = {
  type: 'object',
  properties: {
    group: { oneOf: [{ type: 'array', items: uuid }, uuid] },
    different_host: { oneOf: [uuid, { type: 'array', items: uuid }] },
    same_host: { type: ['string', 'array'], items: uuid },
    query: { type: ['string', 'object'] },
  },
  additionalProperties: true,
};

/** The body of `POST /servers` (nova:nova/api/openstack/compute/schemas/servers.py). */
export const createServerBody = (minor: number): Schema =>
  strict(
    {
      server: strict(
        {
          name,
          imageRef: uuidOrEmpty,
          flavorRef: { type: ['string', 'integer'], minLength: 1 },
          adminPass: { type: 'string' },
          metadata,
          networks: networks(minor),
          'OS-DCF:diskConfig': diskConfig,
          accessIPv4: { type: 'string', format: 'ipv4' },
          accessIPv6: { type: 'string', format: 'ipv6' },
          ...(minor < 57 && {
            personality: {
              type: 'array',
              items: strict({ path: { type: 'string' }, contents: { type: 'string', format: 'base64' } }),
            },
          }),
          availability_zone: name,
          block_device_mapping: { type: 'array', items: strict(oldBlockDevice) },
          block_device_mapping_v2: { type: 'array', items: blockDevice(minor) },
          config_drive: boolean,
          key_name: name,
          min_count: positiveInteger,
          max_count: positiveInteger,
          return_reservation_id: boolean,
          security_groups: { type: 'array', items: strict({ name }) },
          user_data: { type: 'string', format: 'base64', maxLength: 65_535 },
          ...(minor >= 19 && { description }),
          ...(minor >= 52 && { tags: { type: 'array', items: tag, maxItems: 50 } }),
          ...(minor >= 63 && {
            trusted_image_certificates: {
              type: ['array', 'null'],
              minItems: 1,
              maxItems: 50,
              uniqueItems: true,
              items: { type: 'string', minLength: 1 },
            },
          }),
          ...(minor >= 74 && { host: fqdn, hypervisor_hostname: fqdn }),
          ...hostnameAt(minor),
        },
        ['name', 'flavorRef', ...(minor >= 37 ? ['networks'] : [])],
      ),
      'os:scheduler_hints': hints,
      'OS-SCH-HNT:scheduler_hints': hints,
    },
    ['server'],
  );

/** The body of `PUT /servers/{id}`. */
export const updateServerBody = (minor: number): Schema =>
  wrapped(
    'server',
    strict({
      name,
      'OS-DCF:diskConfig': diskConfig,
      accessIPv4: { type: 'string', format: 'ipv4' },
      accessIPv6: { type: 'string', format: 'ipv6' },
      ...(minor >= 19 && { description }),
      ...hostnameAt(minor),
    }),
  );

const sortKeys = [
  ...['access_ip_v4', 'access_ip_v6', 'auto_disk_config', 'availability_zone', 'config_drive', 'created_at'],
  ...['display_description', 'display_name', 'host', 'hostname', 'image_ref', 'instance_type_id', 'kernel_id'],
  ...['key_name', 'launch_index', 'launched_at', 'locked_by', 'node', 'power_state', 'progress', 'project_id'],
  ...['ramdisk_id', 'root_device_name', 'task_state', 'terminated_at', 'updated_at', 'user_id', 'uuid', 'vm_state'],
];
/** Accepted before 2.75, and then ignored. */
const ignoredSortKeys = [
  ...['architecture', 'cell_name', 'cleaned', 'default_ephemeral_device', 'default_swap_device', 'deleted'],
  ...['deleted_at', 'disable_terminate', 'ephemeral_gb', 'ephemeral_key_uuid', 'id', 'key_data', 'launched_on'],
  ...['locked', 'memory_mb', 'os_type', 'reservation_id', 'root_gb', 'shutdown_terminate', 'user_data', 'vcpus'],
  'vm_mode',
];

const plainFilters = [
  ...['user_id', 'project_id', 'tenant_id', 'launch_index', 'image_ref', 'image', 'vm_state', 'task_state', 'host'],
  ...['uuid', 'sort_dir', 'all_tenants', 'soft_deleted', 'deleted', 'status', 'block_device_mapping', 'services'],
  ...['metadata', 'system_metadata', 'info_cache', 'security_groups', 'pci_devices'],
];
const patternFilters = [
  ...['kernel_id', 'ramdisk_id', 'hostname', 'key_name', 'power_state', 'node', 'flavor', 'reservation_id'],
  ...['launched_at', 'terminated_at', 'availability_zone', 'name', 'display_name', 'description'],
  ...['display_description', 'locked_by', 'root_device_name', 'config_drive', 'access_ip_v4', 'access_ip_v6'],
  ...['auto_disk_config', 'progress', 'ip', 'ip6', 'created_at'],
];
const each = (names: readonly string[], schema: Schema): Record<string, Schema> =>
  Object.fromEntries(names.map((one) => [one, schema]));

/** The query of `GET /servers` and `GET /servers/detail`. */
export const listServersQuery = (minor: number): Schema => ({
  type: 'object',
  properties: {
    ...each(plainFilters, anyText),
    ...each(patternFilters, anyPattern),
    sort_key: many({
      type: 'string',
      enum: [...(minor >= 73 ? ['locked'] : []), ...sortKeys, ...(minor < 75 ? ignoredSortKeys : [])],
    }),
    'changes-since': many({ type: 'string', format: 'date-time' }),
    limit: many(nonNegativeInteger),
    marker: anyText,
    ...(minor >= 26 && each(['tags', 'tags-any', 'not-tags', 'not-tags-any'], anyPattern)),
    ...(minor >= 66 && { 'changes-before': many({ type: 'string', format: 'date-time' }) }),
    ...(minor >= 73 && { locked: anyText }),
  },
  additionalProperties: minor < 75,
  patternProperties: { '^_': anyText },
});

/** The body of `POST /servers/{id}/metadata` and of `PUT`. */
export const metadataBody: Schema = wrapped('metadata', metadata);
/** The body of `PUT /servers/{id}/metadata/{key}`. */
export const metadataItemBody: Schema = wrapped('meta', { ...metadata, minProperties: 1, maxProperties: 1 });
/** The body of `PUT /servers/{id}/tags`. */
export const tagsBody: Schema = wrapped('tags', { type: 'array', items: tag, maxItems: 50 });
