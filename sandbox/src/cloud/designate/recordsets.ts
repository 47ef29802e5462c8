import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, created, ok, reply, type Call, type Service } from '../http/service.ts';
import { pythonText } from '../http/python-repr.ts';
import { exceeds } from '../quotas.ts';
import { now, toNaiveMicros } from '../store/time.ts';
import { bodyOf, designateError, invalidObject, problems } from './errors.ts';
import { type Field, FieldError, fieldsIn, host, integer, readFields, text, type ObjectShape } from './fields.ts';
import { change, insertRecordset } from './life.ts';
import { allProjects, checkIds, listRows, type ListOptions } from './listing.ts';
import { checkRecords } from './record-types.ts';
import type { Recordset, Zone } from './rows.ts';
import { checkAlive, childrenOf, findZone, isBelow } from './zones.ts';

/** `status` and `action` are made of the records: even their present values cannot be set. */
const computed: Field<unknown> = (_value, name) => {
  throw new FieldError(`Designate object 'RecordSet' has no attribute '${name}'`, 'AttributeError');
};

const shape: ObjectShape = {
  noun: 'recordset',
  fields: {
    name: host,
    type: text(255),
    records: (value) => value,
    ttl: integer(2_147_483_647),
    description: text(160),
  },
  fixed: ['id', 'zone_id', 'project_id', 'zone_name', 'status', 'action', 'version', 'created_at', 'updated_at'],
  immutable: ['name', 'type'],
};
const valuesSchema = z.object({
  name: z.string().nullish(),
  type: z.string().nullish(),
  records: z.array(z.unknown().transform(pythonText)).default([]),
  ttl: z.number().nullish(),
  description: z.string().nullish(),
});

/** The values of a body; records are looked at before everything else. */
function readBody(
  service: Service,
  body: Readonly<Record<string, unknown>>,
  current: Readonly<Record<string, unknown>>,
) {
  const { records } = body;
  if (records !== undefined && !Array.isArray(records)) {
    const message = `'${pythonText(records)}' is not a valid list of records`;
    throw problems([{ path: ['records'], message, validator: 'type', validator_value: ['list'] }]);
  }
  const present: Readonly<Record<string, unknown>> = { status: 'ACTIVE', action: 'NONE', ...current };
  const same = ['status', 'action'].filter((name) => body[name] === present[name]);
  const fields = { ...shape.fields, ...Object.fromEntries(same.map((name) => [name, computed])) };
  const all = { ...shape, fields };
  return service.parse(valuesSchema, { ...current, ...readFields(all, body, current) });
}

/** What of a zone's names a recordset may have (designate:designate/central/service.py, _validate_recordset). */
function checkPlace(cloud: Cloud, zone: Zone, row: Pick<Recordset, 'name' | 'type' | 'records'>, id?: string): void {
  const refuse = (words: string) => designateError(400, 'invalid_recordset_location', words);
  const isApex = row.name.toLowerCase() === zone.name.toLowerCase();
  if (!isApex && !isBelow(row.name, zone)) throw refuse("RecordSet is not contained within it's parent zone");
  if (row.type === 'CNAME' && isApex) throw refuse('CNAME recordsets may not be created at the zone apex');
  const others = cloud.tables.recordsets
    .by('zone', zone.id)
    .filter((one) => one.id !== id && one.name.toLowerCase() === row.name.toLowerCase());
  if (others.some(({ type }) => type === 'CNAME' || row.type === 'CNAME')) {
    throw refuse('CNAME recordsets may not share a name with any other records');
  }
  const child = childrenOf(cloud, zone).find((one) => row.name === one.name || isBelow(row.name, one));
  if (child) throw refuse(`RecordSet belongs in a child zone: ${child.name}`);
  if (row.type === 'CNAME' && row.records.length > 1) {
    throw designateError(400, 'bad_request', 'CNAME recordsets may not have more than 1 record');
  }
}

/** Refuses more records than the project may have, in the zone and in one recordset. */
function checkRecordQuota(cloud: Cloud, zone: Zone, count: number, id?: string): void {
  const limits = cloud.limits('dns', zone.projectId);
  const others = cloud.tables.recordsets.by('zone', zone.id).filter((one) => !one.managed && one.id !== id);
  const inZone = others.reduce((sum, { records }) => sum + records.length, 0);
  if (exceeds(limits['zone_records'], inZone, count)) throw overQuota('zone_records');
  if (exceeds(limits['recordset_records'], 0, count)) throw overQuota('recordset_records');
}

const overQuota = (resource: string) => designateError(413, 'over_quota', `Quota exceeded for ${resource}.`);
const notFound = () => designateError(404, 'recordset_not_found', 'Could not find RecordSet');

/** `/v2/zones/<zone>/recordsets`, and `/v2/recordsets` over all zones. */
export function recordsetRoutes(service: Service, cloud: Cloud): void {
  const { recordsets, zones } = cloud.tables;
  const linkOf = (call: Call, row: Recordset): string =>
    `${call.origin}/dns/v2/zones/${row.zoneId}/recordsets/${row.id}`;
  const view = (call: Call, row: Recordset) => ({
    id: row.id,
    zone_id: row.zoneId,
    zone_name: zones.get(row.zoneId)?.name,
    project_id: row.projectId,
    name: row.name,
    type: row.type,
    records: row.records,
    ttl: row.ttl,
    description: row.description,
    status: row.status,
    action: row.action,
    version: row.version,
    created_at: toNaiveMicros(row.created_at),
    updated_at: row.updated_at === null ? null : toNaiveMicros(row.updated_at),
    links: { self: linkOf(call, row) },
  });
  const listOptions = (call: Call, sortKeys: readonly string[]): ListOptions<Recordset> => ({
    plural: 'recordsets',
    filters: ['name', 'type', 'ttl', 'data', 'status', 'description'],
    sortKeys: ['created_at', ...sortKeys],
    view: (row) => view(call, row),
    values: ({ records }, filter) => (filter === 'data' ? records : undefined),
    emptyPageIsEmptyList: true,
  });
  const find = (call: Call): { row: Recordset; zone: Zone } => {
    checkIds(call, 'zone', 'recordset');
    const row = recordsets.get(call.params['recordset'] ?? '');
    if (row?.zoneId !== call.params['zone'] || row === undefined) throw notFound();
    return { row, zone: findZone(cloud, call) };
  };
  const path = '/v2/zones/:zone/recordsets';
  service.get(path, (call) => {
    checkIds(call, 'zone');
    const sortKeys = ['id', 'updated_at', 'zone_id', 'tenant_id', 'name', 'type', 'ttl', 'records'];
    return listRows(call, recordsets.by('zone', findZone(cloud, call).id), listOptions(call, sortKeys));
  });
  service.get('/v2/recordsets', (call) => {
    const mine = allProjects(call) ? zones.all() : zones.by('project', call.who.projectId);
    const rows = mine.flatMap(({ id }) => recordsets.by('zone', id));
    return listRows(call, rows, listOptions(call, ['updated_at', 'zone_id', 'tenant_id', 'name', 'type', 'ttl']));
  });
  service.get('/v2/recordsets/:recordset', (call) => {
    checkIds(call, 'recordset');
    const row = recordsets.get(call.params['recordset'] ?? '');
    if (row === undefined) throw notFound();
    findZone(cloud, { ...call, params: { zone: row.zoneId } });
    const body = { code: 301, description: null, title: 'Moved Permanently' };
    return reply(301, body, { location: linkOf(call, row) });
  });
  service.post(path, fieldsIn(shape), (call) => {
    checkIds(call, 'zone');
    const wanted = readBody(service, bodyOf(call), {});
    const { records } = wanted;
    checkRecords(wanted.type ?? null, wanted.name ?? null, records);
    const type = wanted.type ?? '';
    if (type === 'SOA') throw designateError(400, 'bad_request', 'Creating a SOA recordset is not allowed');
    const zone = findZone(cloud, call);
    checkAlive(zone);
    const mine = recordsets.by('zone', zone.id);
    if (exceeds(cloud.limits('dns', zone.projectId)['zone_recordsets'], mine.length, 1)) {
      throw overQuota('zone_recordsets');
    }
    const { name } = wanted;
    if (name === undefined || name === null) throw invalidObject();
    checkPlace(cloud, zone, { name, type, records });
    if (records.length > 0) checkRecordQuota(cloud, zone, records.length);
    if (mine.some((one) => one.type === type && one.name.toLowerCase() === name.toLowerCase())) {
      throw designateError(409, 'duplicate_recordset', 'Duplicate RecordSet');
    }
    const { ttl = null, description = null } = wanted;
    const row = insertRecordset(cloud, zone, { name, type, records: [...new Set(records)], ttl, description });
    const headers = { location: linkOf(call, row) };
    if (records.length === 0) return created(view(call, row), headers);
    change(cloud, zone, 'UPDATE');
    return accepted(view(call, row), headers);
  });
  service.get(`${path}/:recordset`, (call) => ok(view(call, find(call).row)));
  service.put(`${path}/:recordset`, fieldsIn(shape), (call) => {
    const body = bodyOf(call);
    const { row, zone } = find(call);
    if (row.managed) throw designateError(400, 'bad_request', 'Managed records may not be updated');
    const wanted = readBody(service, body, view(call, row));
    const records = [...new Set(wanted.records)];
    checkRecords(row.type, row.name, records);
    checkAlive(zone);
    checkPlace(cloud, zone, { ...row, records }, row.id);
    checkRecordQuota(cloud, zone, records.length, row.id);
    const waits = records.length > 0;
    recordsets.patch(row, {
      records,
      ttl: wanted.ttl ?? null,
      description: wanted.description ?? null,
      status: waits ? 'PENDING' : 'ACTIVE',
      action: waits ? 'UPDATE' : 'NONE',
      version: row.version + 1,
      updated_at: now(),
    });
    change(cloud, zone, 'UPDATE');
    return waits ? accepted(view(call, row)) : ok(view(call, row));
  });
  service.delete(`${path}/:recordset`, (call) => {
    const { row, zone } = find(call);
    if (row.type === 'SOA') throw designateError(400, 'bad_request', 'Deleting a SOA recordset is not allowed');
    checkAlive(zone);
    if (row.managed) throw designateError(400, 'bad_request', 'Managed records may not be deleted');
    recordsets.patch(row, { status: 'PENDING', action: 'DELETE', version: row.version + 1, updated_at: now() });
    change(cloud, zone, 'UPDATE');
    return accepted(view(call, row));
  });
}
