import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { now, toNaiveMicros } from '../store/time.ts';
import { designateError } from './errors.ts';
import { allProjects, listRows } from './kit.ts';
import { insertRecordset } from './recordsets.ts';
import type { Zone } from './rows.ts';

const ttl = z.int().min(0).max(2_147_483_647);
const name = z
  .string()
  .max(255)
  .regex(/^(?!.{255,})(?:(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\.)+$/, "is not a 'zonename'")
  .transform((text) => text.toLowerCase());
const createBody = z.looseObject({
  name,
  email: z.email().optional(),
  ttl: ttl.default(3600),
  description: z.string().max(160).nullish(),
  type: z.enum(['PRIMARY', 'SECONDARY']).default('PRIMARY'),
});
const updateBody = z.looseObject({
  email: z.email().optional(),
  ttl: ttl.optional(),
  description: z.string().nullish(),
});
const nameServer = 'ns1.sandbox.invalid.';

/** The zone a path names, if the caller may see it. */
export function findZone(cloud: Cloud, call: Call, param = 'zone'): Zone {
  const zone = cloud.tables.zones.get(call.params[param] ?? '');
  if (!zone || (zone.projectId !== call.who.projectId && !call.who.isAdmin)) {
    throw designateError(404, 'zone_not_found', 'Could not find Zone');
  }
  return zone;
}

/** Changes of zones and recordsets become ACTIVE, or the things go, after a while. */
export function zoneTransitions(cloud: Cloud): void {
  const { zones, recordsets } = cloud.tables;
  cloud.transitions.on('zone.settled', (id) => {
    const zone = zones.get(id);
    if (zone?.status !== 'PENDING') return;
    if (zone.action === 'DELETE') {
      for (const row of recordsets.by('zone', id)) recordsets.delete(row.id);
      zones.delete(id);
      return;
    }
    zones.patch(zone, { status: 'ACTIVE', action: 'NONE' });
    for (const row of recordsets.by('zone', id)) {
      if (row.status === 'PENDING' && row.action === 'CREATE' && ['SOA', 'NS'].includes(row.type)) {
        recordsets.patch(row, { status: 'ACTIVE', action: 'NONE' });
      }
    }
  });
  cloud.transitions.on('recordset.settled', (id) => {
    const row = recordsets.get(id);
    if (row?.status !== 'PENDING') return;
    if (row.action === 'DELETE') recordsets.delete(id);
    else recordsets.patch(row, { status: 'ACTIVE', action: 'NONE' });
    const zone = zones.get(row.zoneId);
    if (zone?.status === 'PENDING' && zone.action === 'UPDATE') zones.patch(zone, { status: 'ACTIVE', action: 'NONE' });
  });
}

/** Marks a zone as changing because something in it does. */
export function touchZone(cloud: Cloud, zone: Zone): void {
  cloud.tables.zones.patch(zone, { serial: zone.serial + 1, updated_at: now(), status: 'PENDING', action: 'UPDATE' });
}

/** `/v2/zones` */
export function zoneRoutes(service: Service, cloud: Cloud): void {
  const { zones } = cloud.tables;
  const view = (call: Call, zone: Zone) => ({
    id: zone.id,
    name: zone.name,
    email: zone.email,
    ttl: zone.ttl,
    description: zone.description,
    project_id: zone.projectId,
    status: zone.status,
    action: zone.action,
    serial: zone.serial,
    type: zone.type,
    version: 1,
    pool_id: cloud.stableId('dns-pool'),
    masters: [],
    attributes: {},
    shared: false,
    transferred_at: null,
    created_at: toNaiveMicros(zone.created_at),
    updated_at: zone.updated_at === null ? null : toNaiveMicros(zone.updated_at),
    links: { self: `${call.origin}/dns/v2/zones/${zone.id}` },
  });
  service.get('/v2/zones', (call) => {
    const rows = allProjects(call) ? zones.all() : zones.by('project', call.who.projectId);
    return listRows(call, 'zones', rows, (zone) => view(call, zone), [
      'name',
      'type',
      'email',
      'status',
      'ttl',
      'description',
      'id',
    ]);
  });
  service.post('/v2/zones', (call) => {
    const wanted = service.parse(createBody, call.body);
    const { projectId } = call.who;
    if (wanted.email === undefined) throw designateError(400, 'invalid_object', "'email' is a required property");
    if (exceeds(cloud.limits('dns', projectId)['zones'], zones.count('project', projectId), 1)) {
      throw designateError(413, 'over_quota', 'Quota exceeded for zones.');
    }
    if (zones.count('name', wanted.name) > 0) throw designateError(409, 'duplicate_zone', 'Duplicate Zone');
    const others = zones.all().filter((zone) => zone.projectId !== projectId);
    if (others.some((zone) => wanted.name.endsWith(`.${zone.name}`))) {
      throw designateError(403, 'illegal_child', 'Unable to create subzone in another tenants zone');
    }
    if (others.some((zone) => zone.name.endsWith(`.${wanted.name}`))) {
      throw designateError(
        403,
        'illegal_parent',
        'Unable to create zone because another tenant owns a subzone of the zone',
      );
    }
    const zone = zones.insert({
      id: uuid(),
      name: wanted.name,
      email: wanted.email,
      ttl: wanted.ttl,
      description: wanted.description ?? null,
      projectId,
      status: 'PENDING',
      action: 'CREATE',
      serial: Math.floor(Date.now() / 1000),
      type: wanted.type,
      created_at: now(),
      updated_at: null,
    });
    const mailbox = `${wanted.email.replace('@', '.')}.`;
    insertRecordset(cloud, zone, {
      name: zone.name,
      type: 'SOA',
      records: [`${nameServer} ${mailbox} ${zone.serial} 3600 600 86400 3600`],
    });
    insertRecordset(cloud, zone, { name: zone.name, type: 'NS', records: [nameServer] });
    const body = view(call, zone);
    cloud.transitions.schedule('zone.settled', zone.id, cloud.latency.dns.change);
    return accepted(body, { location: body.links.self });
  });
  service.get('/v2/zones/:zone', (call) => ok(view(call, findZone(cloud, call))));
  service.get('/v2/zones/:zone/nameservers', (call) => {
    findZone(cloud, call);
    return ok({ nameservers: [{ hostname: nameServer, priority: 1 }] });
  });
  service.patch('/v2/zones/:zone', (call) => {
    const zone = findZone(cloud, call);
    const wanted = service.parse(updateBody, call.body);
    zones.patch(zone, {
      ...(wanted.email !== undefined && { email: wanted.email }),
      ...(wanted.ttl !== undefined && { ttl: wanted.ttl }),
      ...(wanted.description !== undefined && { description: wanted.description }),
    });
    touchZone(cloud, zone);
    cloud.transitions.schedule('zone.settled', zone.id, cloud.latency.dns.change);
    return accepted(view(call, zone));
  });
  service.delete('/v2/zones/:zone', (call) => {
    const zone = findZone(cloud, call);
    if (zones.by('project', zone.projectId).some((one) => one.name.endsWith(`.${zone.name}`))) {
      throw designateError(400, 'zone_has_sub_zone', 'Please delete any subzones before deleting this zone');
    }
    cloud.transitions.cancel(zone.id);
    zones.patch(zone, { status: 'PENDING', action: 'DELETE', updated_at: now() });
    cloud.transitions.schedule('zone.settled', zone.id, cloud.latency.dns.change);
    return accepted(view(call, zone));
  });
}
