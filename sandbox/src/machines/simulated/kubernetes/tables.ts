import { age, ageColumn, columns, createdColumn, nameColumn, type Column } from './columns.ts';
import { valuesAt } from './json-path.ts';
import { numberAt, textAt, toJson, type KubeObject } from './object.ts';
import type { CustomResource, ResourceType } from './resource-type.ts';

/** The columns that a definition asks for: `additionalPrinterColumns`, or the age. */
function customColumns(custom: CustomResource): readonly Column[] {
  if (custom.columns.length === 0) return [nameColumn, ageColumn];
  const named = custom.columns.map((column): Column => {
    const type = textAt(column, 'type') || 'string';
    const format = textAt(column, 'format');
    const priority = numberAt(column, 0, 'priority');
    return {
      name: textAt(column, 'name'),
      type,
      ...(format === '' ? {} : { format }),
      priority,
      cell: (object) => {
        const [first, ...rest] = valuesAt(object, textAt(column, 'jsonPath'));
        if (first === undefined) return null;
        if (type === 'date') return typeof first === 'string' ? age(first) : '<unknown>';
        if (typeof first === 'number' || typeof first === 'boolean') return type === 'string' ? String(first) : first;
        return [first, ...rest].map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',');
      },
    };
  });
  return [nameColumn, ...named];
}

/** What a client wants to have in each row: `includeObject` of the request. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

function rowObject(object: KubeObject, include: IncludeObject): string {
  if (include === 'None') return '';
  if (include === 'Object') return `,"object":${toJson(object)}`;
  return `,"object":${JSON.stringify(partialMetadata(object))}`;
}

/** The metadata-only form of an object (`PartialObjectMetadata`). */
export function partialMetadata(object: KubeObject): Record<string, unknown> {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** The JSON of a `meta.k8s.io/v1` Table of objects of one kind, as `kubectl get` prints it. */
export function tableJson(
  type: ResourceType,
  objects: readonly KubeObject[],
  listMeta: unknown,
  include: IncludeObject,
): string {
  const shown =
    type.custom === undefined ? (columns[type.kind] ?? [nameColumn, createdColumn]) : customColumns(type.custom);
  const definitions = shown.map(({ name, type, format, priority }) => ({
    name,
    type,
    format: format ?? '',
    description: name,
    priority: priority ?? 0,
  }));
  const rows = objects.map((object) => {
    const cells = JSON.stringify(shown.map(({ cell }) => cell(object)));
    return `{"cells":${cells}${rowObject(object, include)}}`;
  });
  const head = `"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(listMeta)}`;
  return `{${head},"columnDefinitions":${JSON.stringify(definitions)},"rows":[${rows.join(',')}]}`;
}
