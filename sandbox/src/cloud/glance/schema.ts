import { findSchemaIssue, type Schema } from '../http/json-schema.ts';
import { schemaWords } from '../http/schema-words.ts';
import type { Takes } from '../http/takes.ts';
import { glanceDialect } from './errors.ts';
import { readOnly } from './view.ts';

/** An attribute with its description, which is part of Glance's errors. */
type Described = Schema & { readonly description: string };

/** What a request may say of an image, as `GET /v2/schemas/image` tells it. */
const attributes: Readonly<Record<string, Described>> = {
  id: {
    type: 'string',
    description: 'An identifier for the image',
    pattern: '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$',
  },
  name: { type: ['null', 'string'], description: 'Descriptive name for the image', maxLength: 255 },
  visibility: {
    type: 'string',
    description: 'Scope of image accessibility',
    enum: ['community', 'public', 'private', 'shared'],
  },
  protected: { type: 'boolean', description: 'If true, image will not be deletable.' },
  os_hidden: {
    type: 'boolean',
    description: 'If true, image will not appear in default image list response.',
  },
  owner: { type: ['null', 'string'], description: 'Owner of the image', maxLength: 255 },
  container_format: {
    type: ['null', 'string'],
    description: 'Format of the container',
    enum: [null, 'ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', 'compressed'],
  },
  disk_format: {
    type: ['null', 'string'],
    description: 'Format of the disk',
    enum: [null, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop'],
  },
  tags: {
    type: 'array',
    description: 'List of strings related to the image',
    items: { type: 'string', maxLength: 255 },
  },
  min_ram: { type: 'integer', description: 'Amount of ram (in MB) required to boot image.' },
  min_disk: { type: 'integer', description: 'Amount of disk space (in GB) required to boot image.' },
};
const imageSchema: Schema = { properties: attributes, additionalProperties: { type: 'string' } };

/** What a request may say of an image, and what it may not: any other name is a property. */
export const imageTakes: Takes = [...new Set([...Object.keys(attributes), ...readOnly, '*'])];

/** Checks values of an image. @throws ApiError 400 in the words of Glance, which are those of python-jsonschema */
export function checkImage(values: unknown): void {
  const issue = findSchemaIssue(imageSchema, values);
  if (issue === undefined) return;
  throw glanceDialect.error(400, `Provided object does not match schema 'image': ${schemaWords(issue)}`);
}

/** Numbers that are not below zero, which Glance checks by itself. @throws ApiError 400 */
export function checkSizes(values: Readonly<Record<string, unknown>>): void {
  for (const name of ['min_disk', 'min_ram']) {
    const value = values[name];
    if (typeof value !== 'number' || value >= 0) continue;
    throw glanceDialect.error(400, `Invalid value '${value}' for parameter '${name}': Cannot be a negative value`);
  }
}
