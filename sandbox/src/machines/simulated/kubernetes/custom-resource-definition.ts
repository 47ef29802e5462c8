import type { Cause } from './api-error.ts';
import { at, fieldsAt, isFields, listAt, textAt, type Fields } from './object.ts';
import type { CustomResource, ResourceType } from './resource-type.ts';

/** What the API server adds to a definition's `spec`. */
export function definitionDefaults(spec: Fields): Fields {
  const names = fieldsAt(spec, 'names');
  const kind = textAt(names, 'kind');
  return {
    conversion: { strategy: 'None' },
    ...spec,
    names: { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names },
  };
}

const required = (field: string, message: string): Cause => ({
  field,
  reason: 'FieldValueRequired',
  message: `Required value${message === '' ? '' : `: ${message}`}`,
});

/** Why a definition is refused. */
export function definitionCauses(definition: unknown): readonly Cause[] {
  const causes: Cause[] = [];
  const name = textAt(definition, 'metadata', 'name');
  const expected = `${textAt(definition, 'spec', 'names', 'plural')}.${textAt(definition, 'spec', 'group')}`;
  if (name !== expected) {
    const message = `Invalid value: "${name}": must be spec.names.plural+"."+spec.group`;
    causes.push({ field: 'metadata.name', reason: 'FieldValueInvalid', message });
  }
  const scope = textAt(definition, 'spec', 'scope');
  if (scope !== 'Namespaced' && scope !== 'Cluster') {
    const message = `Unsupported value: "${scope}": supported values: "Cluster", "Namespaced"`;
    causes.push({ field: 'spec.scope', reason: 'FieldValueNotSupported', message });
  }
  const versions = listAt(definition, 'spec', 'versions');
  if (versions.filter((version) => at(version, 'storage') === true).length !== 1) {
    const message = `Invalid value: ${JSON.stringify(versions.map((version) => textAt(version, 'name')))}: must have exactly one version marked as storage version`;
    causes.push({ field: 'spec.versions', reason: 'FieldValueInvalid', message });
  }
  for (const [index, version] of versions.entries()) {
    const path = `spec.versions[${index}]`;
    if (textAt(version, 'name') === '') causes.push(required(`${path}.name`, ''));
    const schema = at(version, 'schema', 'openAPIV3Schema');
    if (!isFields(schema)) causes.push(required(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
    else if (textAt(schema, 'type') !== 'object') {
      const message = `Invalid value: "${textAt(schema, 'type')}": must be object at the root`;
      causes.push({ field: `${path}.schema.openAPIV3Schema.type`, reason: 'FieldValueInvalid', message });
    }
  }
  return causes;
}

const steps = (path: unknown) => (typeof path === 'string' ? path.split('.').filter((part) => part !== '') : []);

function customOf(definition: unknown, version: unknown): CustomResource {
  const scale = at(version, 'subresources', 'scale');
  return {
    schema: at(version, 'schema', 'openAPIV3Schema'),
    columns: listAt(version, 'additionalPrinterColumns'),
    categories: listAt(definition, 'spec', 'names', 'categories').map(String),
    ...(isFields(scale)
      ? { scale: { replicas: steps(scale['specReplicasPath']), current: steps(scale['statusReplicasPath']) } }
      : {}),
  };
}

/** Higher for a version that clients prefer: `v2` before `v1`, `v1` before `v1beta2`, that before `v1alpha1`. */
function rankOf(version: string): readonly [number, number, number] {
  const parsed = /^v(?<major>\d+)(?:(?<stage>alpha|beta)(?<minor>\d+))?$/u.exec(version)?.groups;
  if (parsed === undefined) return [-1, 0, 0];
  const stage = parsed['stage'] === undefined ? 2 : parsed['stage'] === 'beta' ? 1 : 0;
  return [stage, Number(parsed['major']), Number(parsed['minor'] ?? 0)];
}

/** The resource types that a definition has served, the preferred version first. */
export function typesOf(definition: unknown): readonly ResourceType[] {
  const spec = fieldsAt(definition, 'spec');
  const names = fieldsAt(spec, 'names');
  const kind = textAt(names, 'kind');
  return listAt(spec, 'versions')
    .filter((version) => at(version, 'served') === true)
    .map((version) => ({
      group: textAt(spec, 'group'),
      version: textAt(version, 'name'),
      kind,
      plural: textAt(names, 'plural'),
      singular: textAt(names, 'singular') || kind.toLowerCase(),
      shortNames: listAt(names, 'shortNames').map(String),
      namespaced: spec['scope'] === 'Namespaced',
      inAll: listAt(names, 'categories').includes('all'),
      subresources: ['status', 'scale'].filter((name) => isFields(at(version, 'subresources', name))),
      required: [],
      immutable: [],
      custom: customOf(definition, version),
    }))
    .sort((a, b) => compare(rankOf(b.version), rankOf(a.version)) || (a.version < b.version ? -1 : 1));
}

function compare(left: readonly number[], right: readonly number[]): number {
  const difference = left.findIndex((value, index) => value !== right[index]);
  return difference < 0 ? 0 : (left[difference] ?? 0) - (right[difference] ?? 0);
}
