import type { Schema } from '../http/json-schema.ts';

const largest = 2_147_483_647;
const uuid: Schema = { type: 'string', format: 'uuid' };
const optionalUuid: Schema = { oneOf: [{ type: 'null' }, uuid] };
const shortName: Schema = { type: ['string', 'null'], minLength: 0, maxLength: 255 };
const name: Schema = { type: ['string', 'null'], format: 'name_non_mandatory_remove_white_spaces' };
const description: Schema = { type: ['string', 'null'], format: 'description_non_mandatory_remove_white_spaces' };
const plainDescription: Schema = { type: ['string', 'null'], minLength: 0, maxLength: 255 };
const metadata: Schema = {
  type: 'object',
  patternProperties: { '^[a-zA-Z0-9-_:. /]{1,255}$': { type: 'string', maxLength: 255 } },
  additionalProperties: false,
};
const optionalMetadata: Schema = { ...metadata, type: ['object', 'null'] };
const size: Schema = { type: ['integer', 'string'], pattern: '^[0-9]+$', minimum: 1, maximum: largest };
const boolean: Schema = {
  type: ['boolean', 'string'],
  enum: [
    ...[true, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes', 'y', 't'],
    ...[false, 'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no', 'n', 'f'],
  ],
};
const only = (field: string, schema: Schema, more: Readonly<Record<string, Schema>> = {}): Schema => ({
  type: 'object',
  properties: { [field]: schema, ...more },
  required: [field],
  additionalProperties: false,
});

/** cinder:cinder/api/schemas/volumes.py; unknown fields are refused since 3.53. */
export const createVolumeSchema = (minor: number): Schema =>
  only(
    'volume',
    {
      type: 'object',
      properties: {
        name,
        description,
        display_name: name,
        display_description: description,
        volume_type: shortName,
        metadata: optionalMetadata,
        snapshot_id: optionalUuid,
        source_volid: optionalUuid,
        consistencygroup_id: optionalUuid,
        size: { ...size, type: ['integer', 'string', 'null'] },
        availability_zone: { type: ['string', 'null'], minLength: 1, maxLength: 255 },
        multiattach: { oneOf: [{ type: 'null' }, boolean] },
        image_id: shortName,
        imageRef: shortName,
        ...(minor >= 13 && { group_id: shortName }),
        ...(minor >= 47 && { backup_id: optionalUuid }),
      },
      additionalProperties: minor < 53,
    },
    { 'OS-SCH-HNT:scheduler_hints': { type: ['object', 'null'] } },
  );

export const updateVolumeSchema: Schema = only('volume', {
  type: 'object',
  properties: { name, description, display_name: name, display_description: description, metadata },
  additionalProperties: false,
});

/** cinder:cinder/api/schemas/snapshots.py */
export const createSnapshotSchema: Schema = only('snapshot', {
  type: 'object',
  properties: {
    name: shortName,
    display_name: shortName,
    description: plainDescription,
    volume_id: { oneOf: [uuid, { type: 'null' }] },
    force: boolean,
    metadata: optionalMetadata,
  },
  required: ['volume_id'],
  additionalProperties: false,
});

const described = ['name', 'description', 'display_name', 'display_description'];
export const updateSnapshotSchema: Schema = only('snapshot', {
  type: 'object',
  properties: {
    name: shortName,
    description: plainDescription,
    display_name: shortName,
    display_description: plainDescription,
  },
  additionalProperties: false,
  anyOf: described.map((field) => ({ required: [field] })),
});

/** cinder:cinder/api/schemas/volume_metadata.py */
export const metadataSchema: Schema = only('metadata', metadata);

/** cinder:cinder/api/schemas/volume_actions.py */
export const actionSchemas: Readonly<Record<string, Schema>> = {
  'os-extend': only('os-extend', {
    type: 'object',
    properties: { new_size: size },
    required: ['new_size'],
    additionalProperties: false,
  }),
  'os-set_bootable': only('os-set_bootable', {
    type: 'object',
    properties: { bootable: boolean },
    required: ['bootable'],
    additionalProperties: false,
  }),
};

const word = (format: string): Schema => ({ type: ['string', 'null'], format });
const access = (action: string): Schema =>
  only(action, only('project', { type: 'string', minLength: 1, maxLength: 255 }));

/** cinder:cinder/api/schemas/admin_actions.py */
export const adminActionSchemas: Readonly<Record<string, Schema>> = {
  'os-reset_status': only('os-reset_status', {
    type: 'object',
    format: 'validate_volume_reset_body',
    properties: {
      status: word('volume_status'),
      attach_status: word('volume_attach_status'),
      migration_status: word('volume_migration_status'),
    },
    additionalProperties: false,
  }),
  'os-force_delete': only('os-force_delete', {}),
};

/** cinder:cinder/api/schemas/volume_type_access.py */
export const typeAccessSchemas: Readonly<Record<string, Schema>> = {
  addProjectAccess: access('addProjectAccess'),
  removeProjectAccess: access('removeProjectAccess'),
};

const nullableSpecs = (characters: string): Schema => ({
  type: 'object',
  patternProperties: { [`^[${characters}]{1,255}$`]: { type: ['string', 'null'], maxLength: 255 } },
  additionalProperties: false,
});
const typeName: Schema = { type: 'string', minLength: 1, maxLength: 255, format: 'name' };

/** cinder:cinder/api/schemas/volume_types.py */
export const createTypeSchema: Schema = only('volume_type', {
  type: 'object',
  properties: {
    name: typeName,
    description: plainDescription,
    extra_specs: nullableSpecs('a-zA-Z0-9-_:. /'),
    'os-volume-type-access:is_public': boolean,
  },
  required: ['name'],
  additionalProperties: false,
});
export const updateTypeSchema: Schema = only('volume_type', {
  type: 'object',
  properties: {
    name: { type: ['string', 'null'], minLength: 1, maxLength: 255 },
    description: plainDescription,
    is_public: boolean,
  },
  additionalProperties: false,
});

/** cinder:cinder/api/schemas/types_extra_specs.py */
const spacelessSpecs = nullableSpecs('a-zA-Z0-9-_:.');
export const extraSpecsSchema: Schema = only('extra_specs', spacelessSpecs);
export const oneExtraSpecSchema: Schema = { ...spacelessSpecs, minProperties: 1, maxProperties: 1 };

/** cinder:cinder/api/schemas/quotas.py */
export const quotaSetSchema: Schema = only('quota_set', { type: 'object', minProperties: 1 });
