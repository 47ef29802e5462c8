import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { now, toNaiveMicros } from '../store/time.ts';
import { bodyOf, designateError, problems } from './errors.ts';
import { domain, email, fieldsIn, integer, oneOf, readFields, text, type ObjectShape } from './fields.ts';
import { change, insertManaged, nameServer } from './life.ts';
import { allProjects, checkIds, listRows } from './listing.ts';
import type { Zone } from './rows.ts';

/** The id of the pool that Designate has from the start (designate:designate/conf/central.py, default_pool_id). */
const poolId = '794ccc2c-d751-44fe-b57f-8894c9f5c842';
/** Whom a zone names that is copied from elsewhere (designate:designate/conf/central.py, managed_resource_email). */
const managedEmail = 'hostmaster@example.com';

const shape: ObjectShape = {
  noun: 'zone',
  fields: {
    name: domain,
    email,
    ttl: integer(2_147_483_647),
    description: text(160),
    type: oneOf('PRIMARY', 'SECONDARY', 'CATALOG'),
    masters: (value) => value,
    attributes: (value) => value,
    pool_id: text(36),
  },
  fixed: [
    ...['id', 'project_id', 'serial', 'shared', 'status', 'action', 'version'],
    ...['created_at', 'updated_at', 'transferred_at'],
  ],
  immutable: ['name', 'type'],
};
const valuesSchema = z.object({
  name: z.string().optional(),
  email: z.string().optional(),
  ttl: z.number().nullish(),
  description: z.string().nullish(),
  type: z.string().default('PRIMARY'),
  masters: z.array(z.string()).default([]),
  attributes: z.record(z.string(), z.unknown()).default({}),
  pool_id: z.string().nullish(),
});
type Values = z.output<typeof valuesSchema>;

const required = (name: string, path: readonly (string | number)[], value: unknown = name) =>
  problems([
    {
      path: [...path, name],
      message: `'${name}' is a required property`,
      validator: 'required',
      validator_value: value,
    },
  ]);

/** Whether a zone holds together (designate:designate/objects/zone.py, validate). */
function check(values: Values): void {
  if (values.type === 'PRIMARY') {
    const found = [];
    if (values.masters.length > 0) {
      const message = "'masters' has more items than allowed";
      found.push({ path: ['type'], message, validator: 'maxItems', validator_value: ['masters'] });
    }
    if (found.length > 0) throw problems(found);
    if (values.email === undefined) throw required('email', ['type']);
  } else if (values.masters.length === 0) {
    throw required('masters', ['type'], ['masters']);
  }
}

/** The zone a path names, if the caller may see it. */
export function findZone(cloud: Cloud, call: Call): Zone {
  const zone = cloud.tables.zones.get(call.params['zone'] ?? '');
  if (!zone || (zone.projectId !== call.who.projectId && !allProjects(call))) {
    throw designateError(404, 'zone_not_found', 'Could not find Zone');
  }
  return zone;
}

/** Whether a name is below the name of a zone. */
export const isBelow = (name: string, zone: Pick<Zone, 'name'>): boolean =>
  name.toLowerCase().endsWith(`.${zone.name.toLowerCase()}`);

/** The zones directly below a zone, of all projects. */
export function childrenOf(cloud: Cloud, zone: Zone): Zone[] {
  const below = cloud.tables.zones.all().filter(({ name }) => isBelow(name, zone));
  return below.filter(({ name }) => !below.some((other) => isBelow(name, other)));
}

/** Refuses a name that meets the zones of others (designate:designate/central/service.py). */
function checkOwners(cloud: Cloud, name: string, projectId: string): void {
  const zones = cloud.tables.zones.all();
  const foreign = zones.filter((zone) => zone.projectId !== projectId);
  if (foreign.some((zone) => zone.name.toLowerCase() === name.toLowerCase())) {
    throw designateError(409, 'duplicate_zone', 'Zone already exists, owned by a different tenant');
  }
  const above = zones
    .filter((zone) => isBelow(name, zone))
    .sort((one, other) => other.name.length - one.name.length)[0];
  if (above && above.projectId !== projectId) {
    throw designateError(403, 'illegal_child', 'Unable to create subzone in another tenants zone');
  }
  if (foreign.some((zone) => isBelow(zone.name, { name }))) {
    const words = 'Unable to create zone because another tenant owns a subzone of the zone';
    throw designateError(403, 'illegal_parent', words);
  }
  if (zones.some((zone) => zone.name.toLowerCase() === name.toLowerCase())) {
    throw designateError(409, 'duplicate_zone', 'Duplicate Zone');
  }
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
    version: zone.version,
    pool_id: zone.poolId,
    masters: zone.masters,
    attributes: zone.attributes,
    shared: false,
    transferred_at: null,
    created_at: toNaiveMicros(zone.created_at),
    updated_at: zone.updated_at === null ? null : toNaiveMicros(zone.updated_at),
    links: { self: `${call.origin}/dns/v2/zones/${zone.id}` },
  });
  service.get('/v2/zones', (call) =>
    listRows(call, allProjects(call) ? zones.all() : zones.by('project', call.who.projectId), {
      plural: 'zones',
      filters: ['name', 'type', 'email', 'status', 'description', 'ttl'],
      sortKeys: ['created_at', 'id', 'updated_at', 'name', 'tenant_id', 'serial', 'ttl', 'status'],
      view: (zone) => view(call, zone),
    }),
  );
  service.post('/v2/zones', fieldsIn(shape), (call) => {
    const wanted = service.parse(valuesSchema, readFields(shape, bodyOf(call), {}));
    check(wanted);
    const { name } = wanted;
    if (name === undefined) throw required('name', ['records', 0], ['name']);
    const { projectId } = call.who;
    if (exceeds(cloud.limits('dns', projectId)['zones'], zones.count('project', projectId), 1)) {
      throw designateError(413, 'over_quota', 'Quota exceeded for zones.');
    }
    if (name.split('.').length <= 2) {
      throw designateError(400, 'invalid_zone_name', 'More than one label is required');
    }
    checkOwners(cloud, name, projectId);
    const zone = zones.insert({
      ...{ id: uuid(), name, projectId, type: wanted.type, masters: wanted.masters, attributes: wanted.attributes },
      // Whatever the request says: the scheduler chooses (designate:designate/central/service.py, create_zone).
      poolId,
      email: wanted.type === 'SECONDARY' ? managedEmail : (wanted.email ?? ''),
      ttl: wanted.ttl ?? 3600,
      description: wanted.description ?? null,
      ...{ status: 'PENDING', action: 'CREATE', version: 1 },
      serial: wanted.type === 'SECONDARY' ? 1 : Math.floor(Date.now() / 1000),
      ...{ created_at: now(), updated_at: null },
    });
    insertManaged(cloud, zone);
    change(cloud, zone, 'CREATE');
    const body = view(call, zone);
    return accepted(body, { location: body.links.self });
  });
  service.get('/v2/zones/:zone', (call) => {
    checkIds(call, 'zone');
    return ok(view(call, findZone(cloud, call)));
  });
  service.get('/v2/zones/:zone/nameservers', (call) => {
    checkIds(call, 'zone');
    findZone(cloud, call);
    return ok({ nameservers: [{ hostname: nameServer, priority: 1 }] });
  });
  service.patch('/v2/zones/:zone', fieldsIn(shape), (call) => {
    checkIds(call, 'zone');
    const body = bodyOf(call);
    const zone = findZone(cloud, call);
    checkAlive(zone);
    const current = view(call, zone);
    const wanted = service.parse(valuesSchema, { ...current, ...readFields(shape, body, current) });
    check(wanted);
    change(cloud, zone, 'UPDATE', {
      email: wanted.email ?? zone.email,
      ttl: wanted.ttl ?? zone.ttl,
      description: wanted.description ?? null,
      masters: wanted.masters,
      attributes: wanted.attributes,
      poolId: wanted.pool_id ?? zone.poolId,
    });
    return accepted(view(call, zone));
  });
  service.delete('/v2/zones/:zone', (call) => {
    checkIds(call, 'zone');
    const zone = findZone(cloud, call);
    if (childrenOf(cloud, zone).length > 0) {
      throw designateError(400, 'zone_has_sub_zone', 'Please delete any subzones before deleting this zone');
    }
    change(cloud, zone, 'DELETE');
    return accepted(view(call, zone));
  });
}

/** Refuses changes of a zone that is being deleted. */
export function checkAlive({ action }: Zone): void {
  if (action === 'DELETE') throw designateError(400, 'bad_request', 'Can not update a deleting zone');
}
