import { ApiError, badRequest } from './api-error.ts';
import { isFields, type Fields } from './object.ts';

/** Applies a JSON merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Record<string, unknown> = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/** The fields by which lists are merged, from the `patchMergeKey` tags of the Kubernetes API types. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  ports: ['containerPort', 'port'],
  taints: ['key'],
  conditions: ['type'],
  addresses: ['type'],
  ownerReferences: ['uid'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
};
const mergedSets = new Set(['finalizers']);

function mergeList(name: string, target: unknown, patch: readonly unknown[]): unknown {
  const existing = Array.isArray(target) ? [...(target as readonly unknown[])] : [];
  if (mergedSets.has(name)) return [...new Set([...existing, ...patch])];
  const elements = patch.filter(isFields);
  if (elements.some((element) => element['$patch'] === 'replace')) {
    return elements.filter((element) => element['$patch'] === undefined);
  }
  const key = mergeKeys[name]?.find((candidate) => elements.every((element) => candidate in element));
  if (key === undefined || elements.length !== patch.length) return patch;
  for (const element of elements) {
    const index = existing.findIndex((item) => isFields(item) && item[key] === element[key]);
    if (element['$patch'] === 'delete') {
      if (index >= 0) existing.splice(index, 1);
    } else if (index >= 0) existing[index] = strategicMergePatch(existing[index], element);
    else existing.push(strategicMergePatch({}, element));
  }
  return existing;
}

/**
 * Applies a strategic merge patch: objects merge, the lists in `mergeKeys` merge by their key, other lists are
 * replaced; `$patch`, `$deleteFromPrimitiveList/…` and `$retainKeys` are obeyed, `$setElementOrder/…` is ignored.
 */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  if (patch['$patch'] === 'replace')
    return Object.fromEntries(Object.entries(patch).filter(([name]) => name !== '$patch'));
  if (patch['$patch'] === 'delete') return {};
  const result: Record<string, unknown> = isFields(target) ? { ...target } : {};
  const retained = patch['$retainKeys'];
  if (Array.isArray(retained)) {
    for (const name of Object.keys(result)) if (!retained.includes(name)) Reflect.deleteProperty(result, name);
  }
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$deleteFromPrimitiveList/')) {
      const field = name.slice(name.indexOf('/') + 1);
      const current = result[field];
      if (Array.isArray(current) && Array.isArray(value))
        result[field] = current.filter((item) => !value.includes(item));
    } else if (name.startsWith('$')) continue;
    else if (value === null) Reflect.deleteProperty(result, name);
    else if (Array.isArray(value)) result[name] = mergeList(name, result[name], value);
    else result[name] = strategicMergePatch(result[name], value);
  }
  return result;
}

const cannotApply = (operation: Fields, reason: string) =>
  new ApiError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${reason} (${JSON.stringify(operation)})`,
  );

function pointer(operation: Fields, field: 'path' | 'from'): string[] {
  const text = operation[field];
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
    throw badRequest(`JSON patch: "${field}" must be a JSON pointer`);
  }
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((current, name) => {
    if (Array.isArray(current)) return (current as readonly unknown[])[Number(name)];
    return isFields(current) ? current[name] : undefined;
  }, document);
}

/** A copy of `document` in which the parent of `path` was changed by `change`. */
function edit(
  operation: Fields,
  document: unknown,
  path: readonly string[],
  change: (parent: Record<string, unknown> | unknown[], name: string) => void,
): unknown {
  const [name, ...rest] = path;
  if (name === undefined || (!Array.isArray(document) && !isFields(document))) {
    throw cannotApply(operation, 'the path does not exist');
  }
  const copy: Record<string, unknown> | unknown[] = Array.isArray(document)
    ? [...(document as readonly unknown[])]
    : { ...document };
  if (rest.length === 0) change(copy, name);
  else if (Array.isArray(copy)) copy[Number(name)] = edit(operation, copy[Number(name)], rest, change);
  else copy[name] = edit(operation, copy[name], rest, change);
  return copy;
}

function applyOperation(document: unknown, operation: Fields): unknown {
  const path = pointer(operation, 'path');
  const existing = read(document, path);
  const add = (value: unknown, to: unknown) => {
    if (path.length === 0) return value;
    return edit(operation, to, path, (parent, name) => {
      if (Array.isArray(parent)) parent.splice(name === '-' ? parent.length : Number(name), 0, value);
      else parent[name] = value;
    });
  };
  const remove = (from: readonly string[]) =>
    edit(operation, document, from, (parent, name) => {
      if (read(document, from) === undefined) throw cannotApply(operation, 'the path does not exist');
      if (Array.isArray(parent)) parent.splice(Number(name), 1);
      else Reflect.deleteProperty(parent, name);
    });
  switch (operation['op']) {
    case 'add':
      return add(operation['value'], document);
    case 'remove':
      return remove(path);
    case 'replace':
      if (path.length === 0) return operation['value'];
      if (existing === undefined) throw cannotApply(operation, 'the path does not exist');
      return edit(operation, document, path, (parent, name) => {
        if (Array.isArray(parent)) parent[Number(name)] = operation['value'];
        else parent[name] = operation['value'];
      });
    case 'move':
      return add(read(document, pointer(operation, 'from')), remove(pointer(operation, 'from')));
    case 'copy':
      return add(read(document, pointer(operation, 'from')), document);
    case 'test':
      if (JSON.stringify(existing) !== JSON.stringify(operation['value']))
        throw cannotApply(operation, 'the test failed');
      return document;
    default:
      throw badRequest(`JSON patch: unknown operation ${JSON.stringify(operation['op'])}`);
  }
}

/**
 * Applies a JSON patch (RFC 6902).
 * @throws ApiError 400 when it is none, 422 when it cannot be applied.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  return patch.reduce<unknown>((document, operation: unknown) => {
    if (!isFields(operation)) throw badRequest('a JSON patch is a list of operations');
    return applyOperation(document, operation);
  }, target);
}
