import type { Cloud } from '../cloud.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBelow } from '../http/takes.ts';
import type { Table } from '../store/table.ts';
import { allOrNone, checkQuota, type QuotaName } from './create.ts';
import { fault, forbidden, notFound, parentNotFound } from './errors.ts';
import { beginUpdate, mark, requireMutable } from './life.ts';
import { fieldsOf, listAnswer, visibleRows } from './lists.ts';
import { lbOf } from './relations.ts';
import type { LoadBalancer, OctaviaRow } from './rows.ts';
import { readBody, type RecordType } from './wsme.ts';

/** The parts of a table that resources need. */
export type RowTable<T extends OctaviaRow> = Pick<Table<T, 'project'>, 'get' | 'all' | 'by' | 'patch'>;

/** 400 for a parameter that a request other than GET does not have. */
export function allowParameters(call: Call, ...names: readonly string[]): void {
  const unknown = [...new Set(call.query.keys())].filter((name) => !names.includes(name));
  if (unknown.length > 0) throw fault(400, `Unknown argument: "${unknown.join(', ')}"`);
}

/** The row with an id, if the caller may see it. */
export function findRow<T extends OctaviaRow>(
  call: Call,
  table: Pick<RowTable<T>, 'get'>,
  label: string,
  id: string,
): T {
  const row = table.get(id);
  if (!row) throw notFound(label, id);
  if (row.project_id !== call.who.projectId && !call.who.isAdmin) throw forbidden();
  return row;
}

/** The parent that a path names, if the caller may see it. */
export function findParent<T extends OctaviaRow>(
  call: Call,
  table: Pick<RowTable<T>, 'get'>,
  label: string,
  id: string,
): T {
  if (!table.get(id)) throw parentNotFound(label, id);
  return findRow(call, table, label, id);
}

/** What a creation is about, found out before anything is made. */
interface Creation<T> {
  readonly lb: LoadBalancer;
  /** Rows besides the load balancer that are PENDING_UPDATE while it goes on. */
  readonly touched: readonly OctaviaRow[];
  /** A parent that must be ACTIVE itself, and its label in the refusal. */
  readonly parent?: { readonly row: OctaviaRow; readonly label: string };
  readonly make: () => T;
}

/** The attributes that updates of all kinds have. */
export interface CommonChanges {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly admin_state_up?: boolean | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
}

/** One kind of object below load balancers. */
export interface Kind<T extends OctaviaRow, C, U extends CommonChanges> {
  readonly singular: string;
  readonly plural: string;
  /** In 404s: `Health Monitor`. */
  readonly label: string;
  readonly quota: QuotaName;
  readonly table: RowTable<T>;
  /** Name of the body in Octavia's methods. */
  readonly argument: string;
  readonly creation: RecordType<C>;
  readonly changes: RecordType<U>;
  /** The attributes that Octavia asks first of a new one, and of an update. */
  readonly first: readonly [creation: string, update: string];
  /** What lists can be filtered and sorted by. */
  readonly filters: readonly string[];
  view(row: T): Record<string, unknown>;
  /** Names of its parents in filters. */
  hidden?(row: T): Record<string, unknown>;
  create(call: Call, body: C): Creation<T>;
  /** Checks an update. */
  update(call: Call, row: T, body: U): Partial<T>;
  /** What else an update does, when it is sure. */
  updated?(row: T, body: U): void;
  /** An answer to an update without an object, where Octavia has one. */
  refuseNothing?(): never;
  /** What a change of one touches besides its load balancer. */
  touched(row: T): readonly OctaviaRow[];
  /** A parent that must be ACTIVE itself. */
  parentOf?(row: T): { readonly row: OctaviaRow; readonly label: string };
  checkDelete?(row: T): void;
  /** The rows of a list; default: those of the caller's project. */
  rows?(call: Call): readonly T[];
  /** The row that a path names; default: by its id. */
  find?(call: Call): T;
}

const commonChanges = (body: CommonChanges): Partial<OctaviaRow> => ({
  ...(body.name !== undefined && { name: body.name }),
  ...(body.description !== undefined && { description: body.description }),
  ...(body.admin_state_up !== undefined && { admin_state_up: body.admin_state_up ?? false }),
  ...(body.tags && { tags: [...body.tags] }),
});

/** The five routes of a kind, at a path. */
export function resourceRoutes<T extends OctaviaRow, C, U extends CommonChanges>(
  service: Service,
  cloud: Cloud,
  path: string,
  kind: Kind<T, C, U>,
): void {
  const find = (call: Call): T => kind.find?.(call) ?? findRow(call, kind.table, kind.label, call.params['id'] ?? '');
  const requireChangeable = (row: T): LoadBalancer => {
    const parent = kind.parentOf?.(row);
    if (parent) requireMutable(parent.row, parent.label);
    const lb = lbOf(cloud, row);
    requireMutable(lb);
    return lb;
  };
  service.get(path, (call) => {
    const rows = kind.rows?.(call) ?? visibleRows(call, kind.table);
    const listed = rows.map((row) => ({
      id: row.id,
      tags: row.tags,
      shown: kind.view(row),
      hidden: kind.hidden?.(row) ?? {},
    }));
    return listAnswer(call, kind.plural, listed, kind.filters);
  });
  service.post(path, takesBelow(kind.singular, kind.creation.takes), (call) => {
    allowParameters(call);
    const body = readBody(call.body, kind.argument, kind.singular, kind.creation).get(kind.first[0]);
    const { lb, touched, parent, make } = kind.create(call, body);
    checkQuota(cloud, lb.project_id, kind.quota);
    if (parent) requireMutable(parent.row, parent.label);
    requireMutable(lb);
    const row = allOrNone(cloud, lb, make);
    beginUpdate(cloud, lb, touched);
    return created({ [kind.singular]: kind.view(row) });
  });
  service.get(`${path}/:id`, (call) => ok({ [kind.singular]: fieldsOf(call, kind.view(find(call))) }));
  service.put(`${path}/:id`, takesBelow(kind.singular, kind.changes.takes), (call) => {
    allowParameters(call);
    const read = readBody(call.body, kind.argument, kind.singular, kind.changes);
    const row = find(call);
    if (!read.given) kind.refuseNothing?.();
    const body = read.get(kind.first[1]);
    const changes = kind.update(call, row, body);
    const lb = requireChangeable(row);
    Object.assign(row, commonChanges(body));
    kind.table.patch(row, changes);
    kind.updated?.(row, body);
    mark(row, 'PENDING_UPDATE');
    beginUpdate(cloud, lb, kind.touched(row));
    return ok({ [kind.singular]: kind.view(row) });
  });
  service.delete(`${path}/:id`, (call) => {
    allowParameters(call);
    const row = find(call);
    kind.checkDelete?.(row);
    const lb = requireChangeable(row);
    beginUpdate(cloud, lb, kind.touched(row));
    mark(row, 'PENDING_DELETE');
    return noContent();
  });
}
