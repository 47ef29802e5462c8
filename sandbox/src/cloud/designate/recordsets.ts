import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { now, toNaiveMicros } from '../store/time.ts';
import { designateError } from './errors.ts';
import { allProjects, listRows } from './kit.ts';
import type { Recordset, Zone } from './rows.ts';
import { findZone, touchZone } from './zones.ts';

const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SPF', 'SRV', 'SSHFP', 'TXT', 'CAA', 'NAPTR', 'CERT'] as const;
const ttl = z.int().min(0).max(2_147_483_647);
const createBody = z.looseObject({
  name: z
    .string()
    .max(255)
    .regex(/^(?:(?:\*|[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)\.)+$/, "is not a 'recordset name'")
    .transform((text) => text.toLowerCase()),
  type: z.enum(types),
  records: z.array(z.string()).min(1),
  ttl: ttl.nullish(),
  description: z.string().max(160).nullish(),
});
const updateBody = z.looseObject({
  records: z.array(z.string()).min(1).optional(),
  ttl: ttl.nullish(),
  description: z.string().max(160).nullish(),
});

/** Stores a recordset without any check, PENDING. */
export function insertRecordset(
  cloud: Cloud,
  zone: Zone,
  wanted: {
    readonly name: string;
    readonly type: string;
    readonly records: readonly string[];
    readonly ttl?: number | null;
    readonly description?: string | null;
  },
): Recordset {
  return cloud.tables.recordsets.insert({
    id: uuid(),
    zoneId: zone.id,
    name: wanted.name,
    type: wanted.type,
    records: [...wanted.records],
    ttl: wanted.ttl ?? null,
    description: wanted.description ?? null,
    projectId: zone.projectId,
    status: 'PENDING',
    action: 'CREATE',
    version: 1,
    created_at: now(),
    updated_at: null,
  });
}

function checkRecords(type: string, records: readonly string[]): void {
  const good = type === 'A' ? isIPv4 : type === 'AAAA' ? isIPv6 : undefined;
  const bad = good && records.find((record) => !good(record));
  if (bad !== undefined) {
    throw designateError(
      400,
      'invalid_object',
      `Provided object is not valid. Got a ValueError error with message '${bad}' is not a valid ${type} record`,
    );
  }
}

/** `/v2/zones/<zone>/recordsets`, and `/v2/recordsets` over all zones. */
export function recordsetRoutes(service: Service, cloud: Cloud): void {
  const { recordsets, zones } = cloud.tables;
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
    links: { self: `${call.origin}/dns/v2/zones/${row.zoneId}/recordsets/${row.id}` },
  });
  const known = ['name', 'type', 'ttl', 'data', 'description', 'status', 'zone_id', 'id'];
  const find = (call: Call): Recordset => {
    const zone = findZone(cloud, call);
    const row = recordsets.get(call.params['id'] ?? '');
    if (row?.zoneId !== zone.id) throw designateError(404, 'recordset_not_found', 'Could not find RecordSet');
    return row;
  };
  const managed = (row: Recordset, zone: Zone): void => {
    if (row.type === 'SOA' || (row.type === 'NS' && row.name === zone.name)) {
      throw designateError(400, 'bad_request', `Managed records may not be updated`);
    }
  };
  const path = '/v2/zones/:zone/recordsets';
  service.get(path, (call) =>
    listRows(call, 'recordsets', recordsets.by('zone', findZone(cloud, call).id), (row) => view(call, row), known),
  );
  service.get('/v2/recordsets', (call) => {
    const mine = allProjects(call) ? zones.all() : zones.by('project', call.who.projectId);
    return listRows(
      call,
      'recordsets',
      mine.flatMap(({ id }) => recordsets.by('zone', id)),
      (row) => view(call, row),
      known,
    );
  });
  service.post(path, (call) => {
    const zone = findZone(cloud, call);
    const wanted = service.parse(createBody, call.body);
    const limits = cloud.limits('dns', zone.projectId);
    const mine = recordsets.by('zone', zone.id);
    if (exceeds(limits['zone_recordsets'], mine.length, 1))
      throw designateError(413, 'over_quota', 'Quota exceeded for zone_recordsets.');
    if (exceeds(limits['recordset_records'], 0, wanted.records.length))
      throw designateError(413, 'over_quota', 'Quota exceeded for recordset_records.');
    if (wanted.name !== zone.name && !wanted.name.endsWith(`.${zone.name}`)) {
      throw designateError(400, 'invalid_recordset_location', "RecordSet is not contained within it's parent zone");
    }
    const twins = mine.filter(({ name }) => name === wanted.name);
    if (twins.some(({ type }) => type === wanted.type))
      throw designateError(409, 'duplicate_recordset', 'Duplicate RecordSet');
    if ((wanted.type === 'CNAME' && twins.length > 0) || twins.some(({ type }) => type === 'CNAME')) {
      throw designateError(
        400,
        'invalid_recordset_location',
        'CNAME recordsets may not share a name with any other records',
      );
    }
    checkRecords(wanted.type, wanted.records);
    const row = insertRecordset(cloud, zone, {
      ...wanted,
      ttl: wanted.ttl ?? null,
      description: wanted.description ?? null,
    });
    touchZone(cloud, zone);
    const body = view(call, row);
    cloud.transitions.schedule('recordset.settled', row.id, cloud.latency.dns.change);
    return accepted(body, { location: body.links.self });
  });
  service.get(`${path}/:id`, (call) => ok(view(call, find(call))));
  service.put(`${path}/:id`, (call) => {
    const row = find(call);
    const zone = findZone(cloud, call);
    const wanted = service.parse(updateBody, call.body);
    managed(row, zone);
    if (wanted.records) checkRecords(row.type, wanted.records);
    recordsets.patch(row, {
      ...(wanted.records && { records: wanted.records }),
      ...(wanted.ttl !== undefined && { ttl: wanted.ttl }),
      ...(wanted.description !== undefined && { description: wanted.description }),
      status: 'PENDING',
      action: 'UPDATE',
      version: row.version + 1,
      updated_at: now(),
    });
    touchZone(cloud, zone);
    cloud.transitions.schedule('recordset.settled', row.id, cloud.latency.dns.change);
    return accepted(view(call, row));
  });
  service.delete(`${path}/:id`, (call) => {
    const row = find(call);
    const zone = findZone(cloud, call);
    managed(row, zone);
    recordsets.patch(row, { status: 'PENDING', action: 'DELETE', updated_at: now() });
    touchZone(cloud, zone);
    cloud.transitions.schedule('recordset.settled', row.id, cloud.latency.dns.change);
    return accepted(view(call, row));
  });
}
