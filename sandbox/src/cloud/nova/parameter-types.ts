import type { Schema } from '../http/json-schema.ts';

/** Kinds of parameters that several of Nova's schemas share (nova:nova/api/validation/parameter_types.py). */
const affirmed = ['True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes'];
const denied = ['False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no'];

export const boolean: Schema = { type: ['boolean', 'string'], enum: [true, ...affirmed, false, ...denied] };
export const positiveInteger: Schema = { type: ['integer', 'string'], pattern: '^[0-9]*$', minimum: 1, minLength: 1 };
export const nonNegativeInteger: Schema = { ...positiveInteger, minimum: 0 };
export const name: Schema = { type: 'string', format: 'name', minLength: 1, maxLength: 255 };
export const description: Schema = { type: ['string', 'null'], minLength: 0, maxLength: 255 };
export const uuid: Schema = { type: 'string', format: 'uuid' };
export const uuidOrEmpty: Schema = { oneOf: [uuid, { type: 'string', maxLength: 0 }] };
export const ipAddress: Schema = { type: 'string', oneOf: [{ format: 'ipv4' }, { format: 'ipv6' }] };
export const volumeSize: Schema = { type: ['integer', 'string'], pattern: '^[0-9]+$', minimum: 1, maximum: 0x7fffffff };
export const tag: Schema = { type: 'string', pattern: '^[^,/]*$', minLength: 1, maxLength: 60 };
export const hostname: Schema = {
  type: 'string',
  pattern: '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$',
  minLength: 2,
  maxLength: 63,
};
export const fqdn: Schema = { type: 'string', pattern: '^[a-zA-Z0-9-._]*$', minLength: 1, maxLength: 255 };
export const diskConfig: Schema = { type: 'string', enum: ['AUTO', 'MANUAL'] };
export const metadata: Schema = {
  type: 'object',
  patternProperties: { '^[a-zA-Z0-9-_:. ]{1,255}$': { type: 'string', maxLength: 255 } },
  additionalProperties: false,
};

/** A query parameter: each may be given several times. */
export const many = (items: Schema): Schema => ({ type: 'array', items });
export const anyText: Schema = many({ type: 'string' });
export const anyPattern: Schema = many({ type: 'string', format: 'regex' });

/** An object with nothing but these properties. */
export const strict = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

/** A body with one property, such as `{"server": {…}}`. */
export const wrapped = (property: string, inner: Schema): Schema => strict({ [property]: inner }, [property]);
