import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { nextPage, paginate, readBoolean, sortRows, tagFilters, tagMatcher } from '../http/paging.ts';
import { created, isRecord, noContent, ok, type ApiError, type Call, type Service } from '../http/service.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import type { Table } from '../store/table.ts';
import { now, toSeconds } from '../store/time.ts';
import { neutronError, overQuota } from './errors.ts';
import type { NeutronRow } from './rows.ts';

/** How one kind of Neutron resource differs from the others. */
export interface Resource<T extends NeutronRow> {
  /** `port`: also the name of its quota. */
  readonly singular: string;
  /** `ports` */
  readonly plural: string;
  /** The path, where it is not the plural: `security-groups`. */
  readonly path?: string;
  readonly table: Pick<Table<T, 'project'>, 'get' | 'all' | 'by' | 'count' | 'delete' | 'patch'>;
  /** Attributes that can be filtered and sorted by. */
  readonly attributes: readonly string[];
  notFound(id: string): ApiError;
  /** The rows a list has to look at; an index where one fits the query. */
  candidates(call: Call): T[];
  /** Whether the caller may see a row. */
  visible(call: Call, row: T): boolean;
  /** What is shown; the row itself by default. */
  view?(call: Call, row: T): Record<string, unknown>;
  /** Names of filters that are not plain attributes. */
  readonly extraFilters?: readonly string[];
  /** Answers those filters; returns undefined for a name it does not know. */
  filter?(row: T, name: string, value: string): boolean | undefined;
  /** Refuses several that may not be made by one request. */
  checkMany?(wanted: readonly unknown[]): void;
  /** Checks, makes and inserts one resource from the object below `singular`. */
  create(call: Call, body: unknown): T;
  update(call: Call, row: T, body: unknown): void;
  remove(call: Call, row: T): void;
  /** Tags and the common attributes can be changed only by who owns the row. */
  readonly hasTags?: boolean;
}

const reserved = new Set(['limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir', 'fields', ...tagFilters]);

/** The attributes every resource has. */
export const commonAttributes = [
  'id',
  'name',
  'description',
  'project_id',
  'tenant_id',
  'created_at',
  'updated_at',
  'revision_number',
] as const;

/** The attributes of a new row that are the same for all resources. An admin may make things for others. */
export function newRow(
  call: Call,
  body: {
    readonly project_id?: string | undefined;
    readonly tenant_id?: string | undefined;
    readonly description?: string | undefined;
  },
) {
  const wanted = body.project_id ?? body.tenant_id;
  if (wanted !== undefined && wanted !== call.who.projectId && !call.who.isAdmin) {
    throw neutronError(403, 'PolicyNotAuthorized', 'Tenant is not allowed to create a resource for another project');
  }
  return baseRow(wanted ?? call.who.projectId, body.description);
}

/** The common attributes of a row owned by a project; '' owns what Neutron makes for itself. */
export function baseRow(projectId: string, description = '') {
  const time = toSeconds(now());
  return {
    id: uuid(),
    project_id: projectId,
    tenant_id: projectId,
    description,
    tags: [],
    created_at: time,
    updated_at: time,
    revision_number: 1,
  };
}

/** Fields that any create request may carry. */
export const commonFields = {
  name: z.string().max(255).default(''),
  description: z.string().max(255).optional(),
  project_id: z.string().optional(),
  tenant_id: z.string().optional(),
} as const;

function equals(actual: unknown, wanted: string): boolean {
  if (typeof actual === 'boolean') return readBoolean(wanted) === actual;
  if (Array.isArray(actual)) return actual.some((item) => equals(item, wanted));
  if (actual === null || actual === undefined) return wanted === '';
  return typeof actual === 'string' || typeof actual === 'number' ? String(actual) === wanted : false;
}

function select<T extends NeutronRow>(call: Call, resource: Resource<T>): T[] {
  const names = [...new Set(call.query.keys())].filter((name) => !reserved.has(name));
  const known = [...resource.attributes, ...(resource.extraFilters ?? [])];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const list = unknown.map((name) => `'${name}'`).join(', ');
    throw neutronError(400, 'HTTPBadRequest', `[${list}] is invalid attribute for filtering`);
  }
  const tagged = tagMatcher(call.query);
  const filters = names.map((name) => ({ name, values: call.query.getAll(name) }));
  return resource.candidates(call).filter((row) => {
    if (!resource.visible(call, row)) return false;
    if (!tagged(row.tags)) return false;
    return filters.every(({ name, values }) =>
      values.some((value) => resource.filter?.(row, name, value) ?? equals(Reflect.get(row, name), value)),
    );
  });
}

function project(call: Call, view: Record<string, unknown>): Record<string, unknown> {
  const fields = call.query.getAll('fields').flatMap((value) => value.split(','));
  if (fields.length === 0) return view;
  return Object.fromEntries(Object.entries(view).filter(([key]) => fields.includes(key)));
}

/** Registers list, create (one or many), show, update, delete and tags of a resource. */
export function resourceRoutes<T extends NeutronRow>(service: Service, cloud: Cloud, resource: Resource<T>): void {
  const path = `/v2.0/${resource.path ?? resource.plural}`;
  const view = (call: Call, row: T) =>
    project(call, resource.view?.(call, row) ?? Object.fromEntries(Object.entries(row)));
  const owned = (call: Call, row: T) => call.who.isAdmin || row.project_id === call.who.projectId;

  const find = (call: Call): T => {
    const id = call.params['id'] ?? '';
    const row = resource.table.get(id);
    if (!row || !resource.visible(call, row)) throw resource.notFound(id);
    return row;
  };
  const findOwned = (call: Call, action: string): T => {
    const row = find(call);
    if (!owned(call, row)) {
      throw neutronError(403, 'PolicyNotAuthorized', `(rule:${action}_${resource.singular}) is disallowed by policy`);
    }
    return row;
  };
  const touch = (row: T, changes: Partial<NeutronRow>): void => {
    Object.assign(row, changes, { updated_at: toSeconds(now()), revision_number: row.revision_number + 1 });
  };

  service.get(path, (call) => {
    const sortKeys = call.query.getAll('sort_key');
    const directions = call.query.getAll('sort_dir');
    const bad = sortKeys.filter((key) => !resource.attributes.includes(key));
    if (bad.length > 0) {
      throw neutronError(400, 'HTTPBadRequest', `['${bad.join("', '")}'] is invalid attribute for sort_keys`);
    }
    const keys = sortKeys.map((key, position) => ({ key, descending: directions[position] === 'desc' }));
    const limitText = call.query.get('limit');
    const limit = limitText === null ? undefined : Number(limitText);
    if (limit !== undefined && (!Number.isInteger(limit) || limit < 0)) {
      throw neutronError(400, 'HTTPBadRequest', 'Limit must be an integer 0 or greater and not an empty string');
    }
    const rows = sortRows(select(call, resource), keys);
    const marker = call.query.get('marker') ?? undefined;
    const slice = paginate(rows, { marker, limit: limit === undefined || limit === 0 ? undefined : limit });
    if (!slice) throw resource.notFound(marker ?? '');
    const last = slice.items.at(-1);
    return ok({
      [resource.plural]: slice.items.map((row) => view(call, row)),
      ...(slice.more &&
        last && {
          [`${resource.plural}_links`]: [
            { rel: 'next', href: nextPage(call.origin, `/networking${call.path}`, call.query, last.id) },
          ],
        }),
    });
  });

  service.post(path, (call) => {
    const body = isRecord(call.body) ? call.body : {};
    const many = body[resource.plural];
    const wanted: unknown[] = Array.isArray(many) ? many : [body[resource.singular]];
    if (!Array.isArray(many) && !isRecord(body[resource.singular])) {
      throw neutronError(400, 'HTTPBadRequest', `Unable to find '${resource.singular}' in request body`);
    }
    resource.checkMany?.(wanted);
    reserve(cloud, call, resource, wanted);
    const made: T[] = [];
    try {
      for (const one of wanted) made.push(resource.create(call, one));
    } catch (error) {
      for (const row of made.reverse()) resource.remove(call, row);
      throw error;
    }
    const views = made.map((row) => view(call, row));
    return created(Array.isArray(many) ? { [resource.plural]: views } : { [resource.singular]: views[0] });
  });

  service.get(`${path}/:id`, (call) => ok({ [resource.singular]: view(call, find(call)) }));
  service.put(`${path}/:id`, (call) => {
    const row = findOwned(call, 'update');
    resource.update(call, row, isRecord(call.body) ? (call.body[resource.singular] ?? {}) : {});
    touch(row, {});
    return ok({ [resource.singular]: view(call, row) });
  });
  service.delete(`${path}/:id`, (call) => {
    resource.remove(call, findOwned(call, 'delete'));
    return noContent();
  });
  if (resource.hasTags ?? true) tagRoutes(service, path, findOwned, touch);
}

function reserve<T extends NeutronRow>(
  cloud: Cloud,
  call: Call,
  resource: Resource<T>,
  wanted: readonly unknown[],
): void {
  const perProject = new Map<string, number>();
  for (const one of wanted) {
    const given = isRecord(one) ? (one['project_id'] ?? one['tenant_id']) : undefined;
    const owner = typeof given === 'string' ? given : call.who.projectId;
    perProject.set(owner, (perProject.get(owner) ?? 0) + 1);
  }
  for (const [owner, count] of perProject) {
    const limit = cloud.limits('network', owner)[resource.singular];
    if (exceeds(limit, resource.table.count('project', owner), count)) throw overQuota([resource.singular]);
  }
}

const tag = z.string().min(1).max(255);

function tagRoutes<T extends NeutronRow>(
  service: Service,
  path: string,
  find: (call: Call, action: string) => T,
  touch: (row: T, changes: Partial<NeutronRow>) => void,
): void {
  const missing = (name: string) => neutronError(404, 'TagNotFound', `Tag ${name} could not be found.`);
  service.get(`${path}/:id/tags`, (call) => ok({ tags: find(call, 'get_tags_of').tags }));
  service.put(`${path}/:id/tags`, (call) => {
    const { tags } = service.parse(z.looseObject({ tags: z.array(tag) }), call.body);
    const row = find(call, 'update_tags_of');
    touch(row, { tags: [...new Set(tags)] });
    return ok({ tags: row.tags });
  });
  service.delete(`${path}/:id/tags`, (call) => {
    touch(find(call, 'update_tags_of'), { tags: [] });
    return noContent();
  });
  service.get(`${path}/:id/tags/:tag`, (call) => {
    const name = call.params['tag'] ?? '';
    if (!find(call, 'get_tags_of').tags.includes(name)) throw missing(name);
    return noContent();
  });
  service.put(`${path}/:id/tags/:tag`, (call) => {
    const row = find(call, 'update_tags_of');
    touch(row, { tags: [...new Set([...row.tags, call.params['tag'] ?? ''])] });
    return created(undefined);
  });
  service.delete(`${path}/:id/tags/:tag`, (call) => {
    const row = find(call, 'update_tags_of');
    const name = call.params['tag'] ?? '';
    if (!row.tags.includes(name)) throw missing(name);
    touch(row, { tags: row.tags.filter((one) => one !== name) });
    return noContent();
  });
}
