import { z } from 'zod';
import type { JsonSchema } from '../../client/json-schemas.ts';

/** One field of a specification, as the reference shows it. */
export interface SpecField {
  /** As a person would write it: `nodeGroups[].labels`. */
  readonly path: string;
  readonly type: string;
  /** JSON of the default; `required` or empty when there is none. */
  readonly defaultValue: string;
  readonly limits: string;
  readonly meaning: string;
}

const nodeSchema = z.looseObject({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.union([z.string(), z.number()])).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
  pattern: z.string().optional(),
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  anyOf: z.array(z.looseObject({ type: z.string().optional() })).optional(),
  const: z.string().optional(),
  oneOf: z.array(z.unknown()).optional(),
});
type Node = z.output<typeof nodeSchema>;

/** Every field of an operation's input, parents before their children. */
export function specFields(schema: JsonSchema): SpecField[] {
  return fieldsBelow(nodeSchema.parse(schema), '');
}

/** The same as a table of a page. */
export function fieldTable(schema: JsonSchema): string[] {
  const rows = specFields(schema).map(({ path, type, defaultValue, limits, meaning }) => {
    const shown = defaultValue === '' || defaultValue === 'required' ? defaultValue : `\`${defaultValue}\``;
    return `| \`${path}\` | ${type} | ${shown} | ${limits} | ${meaning} |`;
  });
  return ['| field | type | default | limits | meaning |', '|---|---|---|---|---|', ...rows];
}

function fieldsBelow(parent: Node, prefix: string): SpecField[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, property]) => {
    const node = nodeSchema.parse(property);
    const path = `${prefix}${name}`;
    return [toField(path, node, parent.required.includes(name)), ...fieldsInside(node, path)];
  });
}

function fieldsInside(node: Node, path: string): SpecField[] {
  if (node.oneOf !== undefined)
    return fieldsOfKinds(
      node.oneOf.map((one) => nodeSchema.parse(one)),
      `${path}.`,
    );
  if (node.properties !== undefined) return fieldsBelow(node, `${path}.`);
  const items = nodeSchema.safeParse(node.items).data;
  return items?.properties === undefined ? [] : fieldsBelow(items, `${path}[].`);
}

/** Objects that are told apart by `kind`: it stands once, and before the meaning of every other field. */
function fieldsOfKinds(nodes: readonly Node[], prefix: string): SpecField[] {
  const kinds = nodes.map(({ properties: { kind, ...properties } = {}, ...node }) => ({
    ...nodeSchema.parse(kind),
    node: { ...node, properties },
  }));
  const names = kinds.map((kind) => `\`${kind.const ?? ''}\``);
  const meaning = kinds.map(({ description }, index) => `${names[index] ?? ''}: ${description ?? ''}`).join('; ');
  return [
    { path: `${prefix}kind`, type: 'string', defaultValue: 'required', limits: names.join(', '), meaning },
    ...kinds.flatMap(({ node }, index) =>
      fieldsBelow(node, prefix).map((field) => ({ ...field, meaning: `${names[index] ?? ''}: ${field.meaning}` })),
    ),
  ];
}

function toField(path: string, node: Node, required: boolean): SpecField {
  return {
    path,
    type: typeName(node),
    defaultValue: required
      ? 'required'
      : node.default === undefined || isEmptyObject(node)
        ? ''
        : JSON.stringify(node.default),
    limits: limits(node),
    meaning: node.description ?? '',
  };
}

function typeName(node: Node): string {
  if (node.type === 'array') return `list of ${plural(nodeSchema.safeParse(node.items).data?.type)}`;
  if (node.type === 'object' && node.properties === undefined)
    return `map of ${plural(nodeSchema.safeParse(node.additionalProperties).data?.type)}`;
  if (node.oneOf !== undefined) return 'object';
  if (node.anyOf !== undefined) return node.anyOf.map(({ type }) => plainType(type)).join(' or ');
  return plainType(node.type);
}

const plainType = (type: string | undefined): string => (type === 'integer' ? 'whole number' : (type ?? 'any'));
const plural = (type: string | undefined): string => `${type ?? 'value'}s`;

/** An object whose fields have defaults of their own needs no default in the table. */
const isEmptyObject = (node: Node): boolean => node.properties !== undefined && JSON.stringify(node.default) === '{}';

function limits(node: Node): string {
  const parts = [
    ...(node.enum === undefined ? [] : [node.enum.map((value) => `\`${value}\``).join(', ')]),
    ...range(node),
    ...(node.maxLength === undefined ? [] : [`at most ${node.maxLength} characters`]),
    ...(node.maxItems === undefined ? [] : [`at most ${node.maxItems} entries`]),
    ...(node.pattern === undefined ? [] : [`\`${node.pattern.replaceAll('|', '\\|')}\``]),
  ];
  return parts.join('; ');
}

function range({ minimum, exclusiveMinimum, maximum }: Node): string[] {
  if (minimum !== undefined && maximum !== undefined) return [`${minimum} to ${maximum}`];
  if (exclusiveMinimum !== undefined) return [`more than ${exclusiveMinimum}`];
  if (minimum !== undefined) return [`at least ${minimum}`];
  return maximum === undefined ? [] : [`at most ${maximum}`];
}
