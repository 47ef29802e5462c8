import { ApiError } from './api-error.ts';
import {
  differenceOf,
  elementsOf,
  fieldsOf,
  fromFieldsV1,
  mergeInto,
  parentsOf,
  pathText,
  toFieldsV1,
  within,
  without,
  type FieldSet,
} from './field-set.ts';
import { at, isFields, listAt, textAt, timestamp, type Fields } from './object.ts';
import { shapeOf } from './shape.ts';
import { apiVersionOf, type ResourceType } from './resource-type.ts';

/** Who writes, as field management tells writers apart. */
export interface Manager {
  readonly name: string;
  readonly subresource?: string | undefined;
}

interface Entry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** What nobody manages, because the API server decides it. */
const unmanaged: FieldSet = new Set([
  'f:apiVersion',
  'f:kind',
  'f:metadata',
  ...[
    ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion'],
    ...['generateName', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
  ].map((name) => within('f:metadata', `f:${name}`)),
]);

const keyOf = ({ manager, operation, apiVersion, subresource }: Omit<Entry, 'fields' | 'time'>) =>
  JSON.stringify([manager, operation, apiVersion, subresource]);

function entriesOf(managedFields: unknown): Entry[] {
  return (Array.isArray(managedFields) ? managedFields : []).filter(isFields).flatMap((entry): Entry[] => {
    const operation = textAt(entry, 'operation');
    if (operation !== 'Apply' && operation !== 'Update') return [];
    return [
      {
        manager: textAt(entry, 'manager'),
        operation,
        apiVersion: textAt(entry, 'apiVersion'),
        subresource: textAt(entry, 'subresource'),
        time: textAt(entry, 'time') || undefined,
        fields: fromFieldsV1(entry['fieldsV1']),
      },
    ];
  });
}

function encode(entries: Iterable<Entry>): readonly Fields[] {
  const order = ({ operation, time = '', manager }: Entry) => `${operation}/${time}/${manager}`;
  return [...entries]
    .filter(({ fields }) => fields.size > 0)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

const minus = (set: FieldSet, ...others: readonly FieldSet[]) =>
  new Set([...set].filter((path) => !others.some((other) => other.has(path))));
const equal = (left: FieldSet, right: FieldSet) =>
  left.size === right.size && [...left].every((path) => right.has(path));

/** The paths of the subtrees that a write to this door does not touch: `/status` only the status, others never. */
function outside(type: ResourceType, subresource: string | undefined): (path: string) => boolean {
  if (!type.subresources.includes('status')) return () => false;
  const inStatus = (path: string) => elementsOf(path)[0] === 'f:status';
  return subresource === 'status' ? (path) => !inStatus(path) : inStatus;
}

const filtered = (set: FieldSet, leave: (path: string) => boolean) =>
  new Set([...set].filter((path) => !unmanaged.has(path) && !leave(path)));

/**
 * The `managedFields` after a write that is no apply: who wrote manages what he changed, and nobody else does any more.
 * `sent` is what the client says of `managedFields`: an empty entry takes all of them away.
 */
export function afterUpdate(
  type: ResourceType,
  before: unknown,
  after: unknown,
  sent: unknown,
  writer: Manager,
): readonly Fields[] {
  const reset = Array.isArray(sent) && sent.length === 1 && isFields(sent[0]) && Object.keys(sent[0]).length === 0;
  if (reset) return [];
  const known = Array.isArray(sent) && sent.length > 0 ? sent : listAt(before, 'metadata', 'managedFields');
  const { changed, removed } = differenceOf(before, after, shapeOf(type));
  const mine = filtered(changed, outside(type, writer.subresource));
  const self = {
    manager: writer.name,
    operation: 'Update' as const,
    apiVersion: apiVersionOf(type),
    subresource: writer.subresource ?? '',
  };
  const entries = new Map(entriesOf(known).map((entry) => [keyOf(entry), entry]));
  for (const [key, entry] of entries) {
    if (key !== keyOf(self)) entries.set(key, { ...entry, fields: minus(entry.fields, changed, removed) });
  }
  const own = entries.get(keyOf(self));
  const fields = new Set([...minus(own?.fields ?? new Set(), removed), ...mine]);
  const time = own !== undefined && equal(own.fields, fields) && mine.size === 0 ? own.time : timestamp();
  entries.set(keyOf(self), { ...self, time, fields });
  return encode(entries.values());
}

/** What an apply makes of an object. */
export interface Applied {
  readonly object: unknown;
  readonly managedFields: readonly Fields[];
}

const printed = ({ manager, operation, apiVersion, subresource, time }: Entry) => {
  const sub = subresource === '' ? '' : ` with subresource "${subresource}"`;
  const how = operation === 'Apply' ? '' : ` using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`;
  return `"${manager}"${sub}${how}`;
};

function conflictError(conflicts: readonly { readonly entry: Entry; readonly path: string }[]): ApiError {
  const causes = conflicts.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printed(entry)}`,
    field: pathText(path),
  }));
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    const what = `${printed(first.entry)}: ${pathText(first.path)}`;
    return new ApiError(409, 'Conflict', `Apply failed with 1 conflict: conflict with ${what}`, { causes });
  }
  const managers = [...new Set(conflicts.map(({ entry }) => entry))];
  const lines = managers.flatMap((entry) => [
    `conflicts with ${printed(entry)}:`,
    ...conflicts.filter((conflict) => conflict.entry === entry).map(({ path }) => `- ${pathText(path)}`),
  ]);
  return new ApiError(409, 'Conflict', `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`, {
    causes,
  });
}

/**
 * Server-side apply: `live` with what `config` says, without what this manager said before and says no longer and
 * nobody else manages. `live` is undefined for an object that is not there yet.
 * @throws ApiError 409 where it would change what others manage, unless it is forced
 */
export function applyConfiguration(
  type: ResourceType,
  live: unknown,
  config: unknown,
  writer: Manager,
  force: boolean,
): Applied {
  const shape = shapeOf(type);
  const leave = outside(type, writer.subresource);
  const self = {
    manager: writer.name,
    operation: 'Apply' as const,
    apiVersion: apiVersionOf(type),
    subresource: writer.subresource ?? '',
  };
  const entries = new Map(entriesOf(at(live, 'metadata', 'managedFields')).map((entry) => [keyOf(entry), entry]));
  // Another version of the same resource is the same manager's, too.
  const before = [...entries.values()].filter(
    ({ manager, operation, subresource }) =>
      manager === self.manager && operation === 'Apply' && subresource === self.subresource,
  );
  for (const entry of before) entries.delete(keyOf(entry));
  const others = [...entries.values()];
  const fields = filtered(fieldsOf(config, shape), leave);
  const said = new Set(before.flatMap((entry) => [...entry.fields]));
  const merged = withoutUnsaid(
    mergeInto(live, config, shape),
    said,
    [fields, ...others.map((entry) => entry.fields)],
    type,
  );
  const { changed, removed } = differenceOf(live, merged, shape);
  const conflicts = others.flatMap((entry) =>
    [...entry.fields].filter((path) => changed.has(path) && !leave(path)).map((path) => ({ entry, path })),
  );
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);
  for (const entry of others) {
    entries.set(keyOf(entry), { ...entry, fields: minus(entry.fields, changed, removed) });
  }
  const last = before.find(({ apiVersion }) => apiVersion === self.apiVersion);
  const same = last !== undefined && equal(last.fields, fields) && changed.size === 0 && removed.size === 0;
  entries.set(keyOf(self), { ...self, time: same ? last.time : timestamp(), fields });
  return { object: merged, managedFields: encode(entries.values()) };
}

/** `merged` without the fields that were said once, and are in none of the sets of now. */
function withoutUnsaid(merged: unknown, said: FieldSet, now: readonly FieldSet[], type: ResourceType): unknown {
  const kept = new Set(now.flatMap((set) => [...set].flatMap((path) => [path, ...parentsOf(path)])));
  const gone = new Set<string>();
  for (const path of said) {
    if (kept.has(path)) continue;
    gone.add(path);
    for (const parent of parentsOf(path)) {
      if (!kept.has(parent) && !unmanaged.has(parent)) gone.add(parent);
    }
  }
  return gone.size === 0 ? merged : without(merged, gone, shapeOf(type));
}
