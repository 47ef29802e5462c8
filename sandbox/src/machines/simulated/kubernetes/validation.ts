import { invalidFor, type Cause } from './api-error.ts';
import { definitionCauses } from './custom-resource-definition.ts';
import { at, isFields, isSame, listAt, textAt, textMapAt, type KubeObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';
import { objectSelector } from './selectors.ts';
import { violationsOf } from './structural-schema.ts';

const valueAt = (object: unknown, path: string) => at(object, ...path.split('.'));
const isEmpty = (value: unknown) => value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** A controller's selector has to match the labels of its template: it would make pods for ever. */
function selectorCauses(type: ResourceType, object: KubeObject): Cause[] {
  const selector = at(object, 'spec', 'selector');
  if (type.kind === 'Job' || !isFields(selector) || !isFields(at(object, 'spec', 'template', 'spec'))) return [];
  const labels = textMapAt(object, 'spec', 'template', 'metadata', 'labels');
  if (objectSelector(selector)({ ...object, metadata: { ...object.metadata, labels } })) return [];
  const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
  return [{ field: 'spec.template.metadata.labels', reason: 'FieldValueInvalid', message }];
}

function containerCauses(type: ResourceType, object: KubeObject): Cause[] {
  const path = type.required.find((required) => required.endsWith('.containers'));
  if (path === undefined) return [];
  return listAt(object, ...path.split('.')).flatMap((container, index): Cause[] => {
    const missing = ['name', 'image'].filter((field) => textAt(container, field) === '');
    return missing.map((field) => ({
      field: `${path}[${index}].${field}`,
      reason: 'FieldValueRequired',
      message: 'Required value',
    }));
  });
}

/**
 * What of the object a real API server would refuse, as far as it is looked at: missing fields, selectors that do not
 * match, the schema of a custom resource, and changes of what stays as it was made.
 * @throws ApiError 422 with all causes
 */
export function validate(type: ResourceType, object: KubeObject, before?: KubeObject): void {
  const causes: Cause[] = type.required
    .filter((path) => isEmpty(valueAt(object, path)))
    .map((field) => ({ field, reason: 'FieldValueRequired', message: 'Required value' }));
  if (type.kind === 'CustomResourceDefinition' && causes.length === 0) causes.push(...definitionCauses(object));
  causes.push(...selectorCauses(type, object), ...containerCauses(type, object));
  if (type.custom !== undefined) causes.push(...violationsOf(type.custom.schema, object));
  if (before !== undefined) causes.push(...changeCauses(type, before, object));
  if (causes.length > 0) throw invalidFor(type, object.metadata.name, causes);
}

function changeCauses(type: ResourceType, before: KubeObject, after: KubeObject): Cause[] {
  if (before['immutable'] === true) {
    return ['data', 'binaryData']
      .filter((field) => !isSame(before[field], after[field]))
      .map((field) => forbidden(field, 'field is immutable when `immutable` is set'));
  }
  // What was not there may still be given: a claim's volume, a service's address.
  const changed = type.immutable.filter((path) => {
    const old = valueAt(before, path);
    return !isEmpty(old) && !isSame(old, valueAt(after, path));
  });
  if (type.kind === 'StatefulSet' && changed.length > 0) return [forbidden('spec', statefulSetWords)];
  return changed.map((field) => ({
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(valueAt(after, field) ?? null)}: field is immutable`,
  }));
}

const forbidden = (field: string, why: string): Cause => ({
  field,
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
});

/** kubernetes/kubernetes:pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate. */
const statefulSetWords =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
