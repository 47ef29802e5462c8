import type { Cloud } from '../cloud.ts';
import { uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import type { Recordset, Zone } from './rows.ts';

/** The name server of the only pool. */
export const nameServer = 'ns1.example.org.';

/** SOA: where the zone comes from, whom to ask, the serial, and times in seconds (RFC 1035, section 3.3.13). */
function soaOf({ email, serial }: Zone): string {
  const [local = '', machine = ''] = email.split('@');
  // Name servers that follow are not to ask all at once, so Designate draws lots for the refresh interval.
  const refresh = 3500 + Math.floor(Math.random() * 100);
  return `${nameServer} ${local.replaceAll('.', '\\.')}.${machine}. ${serial} ${refresh} 600 86400 3600`;
}

/** Stores a recordset, PENDING until its zone settles; without records there is nothing to wait for. */
export function insertRecordset(
  cloud: Cloud,
  zone: Zone,
  wanted: Pick<Recordset, 'name' | 'type' | 'records'> & Partial<Pick<Recordset, 'ttl' | 'description' | 'managed'>>,
): Recordset {
  const waits = wanted.records.length > 0;
  return cloud.tables.recordsets.insert({
    id: uuid(),
    zoneId: zone.id,
    name: wanted.name,
    type: wanted.type,
    records: wanted.records,
    ttl: wanted.ttl ?? null,
    description: wanted.description ?? null,
    managed: wanted.managed ?? false,
    projectId: zone.projectId,
    status: waits ? 'PENDING' : 'ACTIVE',
    action: waits ? 'CREATE' : 'NONE',
    version: 1,
    created_at: now(),
    updated_at: null,
  });
}

/** What Designate itself puts into a new zone. */
export function insertManaged(cloud: Cloud, zone: Zone): void {
  insertRecordset(cloud, zone, { name: zone.name, type: 'SOA', records: [soaOf(zone)], managed: true });
  insertRecordset(cloud, zone, { name: zone.name, type: 'NS', records: [nameServer], managed: true });
}

/** A zone changes, and is PENDING until the name servers serve it. */
export function change(
  cloud: Cloud,
  zone: Zone,
  action: 'CREATE' | 'UPDATE' | 'DELETE',
  values: Partial<Zone> = {},
): void {
  const isNew = action === 'CREATE';
  cloud.tables.zones.patch(zone, {
    ...values,
    ...{ status: 'PENDING', action },
    ...(!isNew && { version: zone.version + 1, updated_at: now() }),
  });
  cloud.transitions.cancel(zone.id);
  cloud.transitions.schedule('zone.settled', zone.id, cloud.latency.dns.change);
}

/** The name servers serve a zone as it is now, or serve it no more. */
export function zoneTransitions(cloud: Cloud): void {
  const { zones, recordsets } = cloud.tables;
  const settle = (row: Recordset): void => {
    if (row.status !== 'PENDING') return;
    if (row.action === 'DELETE') recordsets.delete(row.id);
    else recordsets.patch(row, { status: 'ACTIVE', action: 'NONE' });
  };
  cloud.transitions.on('zone.settled', (id) => {
    const zone = zones.get(id);
    if (zone?.status !== 'PENDING') return;
    const inside = recordsets.by('zone', id);
    if (zone.action === 'DELETE') {
      for (const row of inside) recordsets.delete(row.id);
      zones.delete(id);
      return;
    }
    if (zone.action === 'UPDATE') {
      zones.patch(zone, { serial: Math.max(Math.floor(Date.now() / 1000), zone.serial + 1) });
      for (const row of inside.filter(({ type }) => type === 'SOA')) {
        recordsets.patch(row, { records: [soaOf(zone)], version: row.version + 1, updated_at: now() });
      }
    }
    for (const row of inside) settle(row);
    zones.patch(zone, { status: 'ACTIVE', action: 'NONE', version: zone.version + 1, updated_at: now() });
  });
}
