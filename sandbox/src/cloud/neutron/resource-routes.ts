import type { Cloud } from '../cloud.ts';
import { created, isRecord, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBelow, takesNothing } from '../http/takes.ts';
import { exceeds } from '../quotas.ts';
import { enforce, prepare, type Allows } from './attributes.ts';
import { asRecord, bump } from './base-row.ts';
import { neutronError, overQuota } from './errors.ts';
import { listRows, selectFields } from './lists.ts';
import type { AnswerKind, Resource } from './resource.ts';
import { checkRevision } from './revisions.ts';
import type { NeutronRow } from './rows.ts';
import { tagRoutes } from './tags.ts';

/** Registers list, create (one or many), show, update, delete and tags of a resource. */
export function resourceRoutes<T extends NeutronRow>(service: Service, cloud: Cloud, resource: Resource<T>): void {
  const { singular, plural, attributes } = resource;
  const path = `/v2.0/${resource.path ?? plural}`;
  const view = (call: Call, row: T, kind: AnswerKind) => resource.view?.(call, row, kind) ?? asRecord(row);
  const ownOnly = (call: Call, target: Readonly<Record<string, unknown>>) => (): boolean =>
    target['project_id'] === call.who.projectId;
  const allows = (call: Call, target: Readonly<Record<string, unknown>>): Allows =>
    (resource.allows ?? ownOnly)(call, target);

  const find = (call: Call): T => {
    const id = call.params['id'] ?? '';
    const row = resource.table.get(id);
    if (!row || !resource.visible(call, row)) throw resource.notFound(id);
    return row;
  };
  const body = (call: Call): Readonly<Record<string, unknown>> => (isRecord(call.body) ? call.body : {});
  const given = (call: Call): unknown => {
    const value = body(call)[singular];
    if (value === undefined || value === null)
      throw neutronError(400, 'HTTPBadRequest', `Unable to find '${singular}' in request body`);
    return value;
  };

  service.get(path, (call) => ok(listRows(call, resource, (row) => view(call, row, 'list'))));

  const takes = takesBelow(singular, Object.keys(attributes));
  service.post(path, takes, (call) => {
    const many = body(call)[plural];
    const isMany = many !== undefined;
    if (isMany && resource.oneByOne) throw neutronError(400, 'HTTPBadRequest', 'Bulk operation not supported');
    const items = isMany ? several(many, singular) : [given(call)];
    const wanted = items.map((item) => prepare(call, singular, attributes, item, true));
    for (const values of wanted) resource.checkOwner?.(call, values);
    reserve(cloud, call, resource, wanted);
    for (const values of wanted) enforce(call, `create_${singular}`, attributes, values, allows(call, values));
    resource.checkMany?.(wanted);
    const made: T[] = [];
    try {
      for (const values of wanted) made.push(resource.create(call, values));
    } catch (error) {
      for (const row of made.reverse()) resource.remove(call, row);
      throw error;
    }
    const views = made.map((row) => view(call, row, 'creation'));
    return created(isMany ? { [plural]: views } : { [singular]: views[0] });
  });

  service.get(`${path}/:id`, (call) => ok({ [singular]: selectFields(call, view(call, find(call), 'one')) }));
  service.put(`${path}/:id`, takes, (call) => {
    const values = prepare(call, singular, attributes, given(call), false);
    const revision = checkRevision(call);
    const row = find(call);
    enforce(call, `update_${singular}`, attributes, values, allows(call, { ...asRecord(row), ...values }));
    revision(row);
    const counted = () =>
      JSON.stringify(row, (name, value: unknown) => (resource.uncounted?.includes(name) ? 0 : value));
    const before = counted();
    resource.update(call, row, values);
    if (counted() !== before) bump(row);
    return ok({ [singular]: view(call, row, 'one') });
  });
  service.delete(`${path}/:id`, (call) => {
    const revision = checkRevision(call);
    const row = find(call);
    enforce(call, `delete_${singular}`, {}, {}, allows(call, asRecord(row)));
    revision(row);
    resource.remove(call, row);
    return noContent();
  });
  service.put(path, takesNothing, () => {
    throw resource.notFound('None');
  });
  service.delete(path, () => {
    throw resource.notFound('None');
  });
  if (resource.hasTags ?? true) tagRoutes(service, path, resource, (call, target) => allows(call, target));
}

/** What is to be made by one request. */
function several(many: unknown, singular: string): unknown[] {
  if (!Array.isArray(many)) throw neutronError(400, 'HTTPBadRequest', 'Resources required');
  if (many.length === 0) throw neutronError(400, 'HTTPBadRequest', 'Resources required');
  const items: readonly unknown[] = many;
  return items.map((item) => (isRecord(item) && singular in item ? item[singular] : item));
}

function reserve<T extends NeutronRow>(
  cloud: Cloud,
  call: Call,
  resource: Resource<T>,
  wanted: readonly Readonly<Record<string, unknown>>[],
): void {
  const perProject = new Map<string, number>();
  for (const { project_id } of wanted) {
    const owner = typeof project_id === 'string' ? project_id : call.who.projectId;
    perProject.set(owner, (perProject.get(owner) ?? 0) + 1);
  }
  for (const [owner, count] of perProject) {
    const limit = cloud.limits('network', owner)[resource.singular];
    if (exceeds(limit, resource.table.count('project', owner), count)) throw overQuota([resource.singular]);
  }
}
