import { parseAllDocuments } from 'yaml';
import { canonicalJson, isFields } from '../../model/index.ts';

/** How one object differs between two manifests: names of fields, never their values. */
export interface ObjectChange {
  /** `Deployment kube-system/metrics-server`. */
  readonly name: string;
  readonly change: 'add' | 'change' | 'remove';
  /** Paths of fields that differ, with `change`. */
  readonly fields: readonly string[];
}

/** Fields that are told of one object. */
const MAX_FIELDS = 20;

/** What differs between what a release consists of and what it would consist of. */
export function manifestChanges(before: string, after: string, namespace: string): ObjectChange[] {
  const [old, wanted] = [objectsIn(before, namespace), objectsIn(after, namespace)];
  const names = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  return names.flatMap((name): ObjectChange[] => {
    const [from, to] = [old.get(name), wanted.get(name)];
    if (from === undefined) return [{ name, change: 'add', fields: [] }];
    if (to === undefined) return [{ name, change: 'remove', fields: [] }];
    const fields = changedFields(from, to);
    return fields.length === 0 ? [] : [{ name, change: 'change', fields: fields.slice(0, MAX_FIELDS) }];
  });
}

/** Whether two manifests say the same, whatever the order of their objects and fields. */
export const sameManifest = (one: string, other: string, namespace: string): boolean =>
  manifestChanges(one, other, namespace).length === 0;

function objectsIn(manifest: string, namespace: string): Map<string, unknown> {
  const objects = new Map<string, unknown>();
  for (const document of parseAllDocuments(manifest)) {
    const object: unknown = 'toJS' in document ? document.toJS() : undefined;
    if (!isFields(object)) continue;
    const metadata = isFields(object.metadata) ? object.metadata : {};
    const at = typeof metadata.namespace === 'string' ? metadata.namespace : namespace;
    objects.set(`${String(object.kind)} ${at}/${String(metadata.name)}`, object);
  }
  return objects;
}

function changedFields(from: unknown, to: unknown, path = ''): string[] {
  if (isFields(from) && isFields(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return names.flatMap((name) => changedFields(from[name], to[name], path === '' ? name : `${path}.${name}`));
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    const [old, wanted] = [from as unknown[], to as unknown[]];
    return old.flatMap((one, index) => changedFields(one, wanted[index], `${path}[${index}]`));
  }
  return canonicalJson(from) === canonicalJson(to) ? [] : [path];
}
