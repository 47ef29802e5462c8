import { badRequest } from './api-error.ts';
import { isFields } from './object.ts';
import { messageNameOf, messageOf, type Message, type MessageField } from './messages.ts';
import type { ResourceType } from './resource-type.ts';

/** An object as its type has it, and the paths of the fields that the type does not have. */
export interface Decoded {
  readonly value: unknown;
  readonly unknown: readonly string[];
}

const jsonTypeOf = (value: unknown) =>
  Array.isArray(value) ? 'array' : isFields(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
const integers = new Set(['int32', 'int64', 'uint32', 'uint64']);

class Decoder {
  readonly unknown: string[] = [];
  readonly #type: ResourceType;

  constructor(type: ResourceType) {
    this.#type = type;
  }

  message(value: unknown, message: Message, path: string, root = false): unknown {
    if (!isFields(value)) throw this.#mismatch(value, path, message.name);
    // Kinds that stand within another one (`volumeClaimTemplates`) say what they are, too.
    const typed = root || message.byName.get('metadata')?.type === 'meta.v1.ObjectMeta';
    const entries = Object.entries(value).flatMap(([name, part]): [string, unknown][] => {
      const at = path === '' ? name : `${path}.${name}`;
      if (typed && (name === 'apiVersion' || name === 'kind')) return [[name, part]];
      const field = message.byName.get(name);
      if (field === undefined) this.unknown.push(at);
      return field === undefined || part === null || part === undefined ? [] : [[name, this.#field(part, field, at)]];
    });
    return Object.fromEntries(entries);
  }

  #field(value: unknown, field: MessageField, path: string): unknown {
    if (field.form === 'list') {
      if (!Array.isArray(value)) throw this.#mismatch(value, path, `[]${field.type}`);
      return value.map((item: unknown, index) => this.#value(item, field.type, `${path}[${index}]`));
    }
    if (field.form === 'map') {
      if (!isFields(value)) throw this.#mismatch(value, path, `map[string]${field.type}`);
      const entries = Object.entries(value).filter(([, item]) => item !== null);
      return Object.fromEntries(entries.map(([key, item]) => [key, this.#value(item, field.type, `${path}.${key}`)]));
    }
    return this.#value(value, field.type, path);
  }

  #value(value: unknown, type: string, path: string): unknown {
    const message = messageOf(type);
    if (message !== undefined) return this.message(value, message, path);
    const json = jsonTypeOf(value);
    const fine =
      type === 'raw' ||
      (type === 'bool' && json === 'bool') ||
      (integers.has(type) && Number.isInteger(value)) ||
      (type === 'double' && json === 'number') ||
      ((type === 'quantity' || type === 'intOrString') && (json === 'string' || json === 'number')) ||
      (['string', 'bytes', 'time'].includes(type) && json === 'string');
    if (!fine) throw this.#mismatch(value, path, type);
    // Quantities are written as text, whatever they were sent as.
    return type === 'quantity' ? String(value) : value;
  }

  #mismatch(value: unknown, path: string, type: string) {
    const { kind, version } = this.#type;
    const go = `json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field ${kind}.${path} of type ${type}`;
    return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${go}`);
  }
}

/**
 * Reads an object of a built-in kind as the API server decodes JSON: `null` is nothing, and fields that the type does
 * not have are left out. Kinds without a message (CustomResourceDefinition) are taken as they are.
 * @throws ApiError 400 for a value of another type
 */
export function decodeObject(type: ResourceType, value: unknown): Decoded {
  const message = messageOf(messageNameOf(type.group, type.version, type.kind));
  if (message === undefined || !isFields(value)) return { value, unknown: [] };
  const decoder = new Decoder(type);
  return { value: decoder.message(value, message, '', true), unknown: decoder.unknown };
}
