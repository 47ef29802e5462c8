import type { RecordSet, Zone } from 'openstack-client-ts';
import type { CaseContext } from '../kit/case.ts';

/** Designate's API reference. */
export const DNS = 'https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html';

export const email = 'ops@example.org';

/** A name for a zone that nobody has: zones of all projects share one tree. */
export const zoneName = ({ unique }: CaseContext): string => `${unique('zone')}.example.net.`;

/** Makes a zone, unrecorded, and waits until it is served. */
export async function makeZone(context: CaseContext, name = zoneName(context)): Promise<Zone> {
  const { dns } = context.user;
  const zone = await context.quietly(() => dns.zones.create({ name, email }));
  context.cleanUp(() => dns.zones.delete(zone.id));
  return active(context, zone);
}

/** Waits until a zone is served. */
export const active = ({ until, user }: CaseContext, { id }: Zone): Promise<Zone> =>
  until(
    () => user.dns.zones.get(id),
    ({ status }) => status === 'ACTIVE',
  );

/** Waits until a record set is served. */
export const served = ({ until, user }: CaseContext, { id, zone_id: zone }: RecordSet): Promise<RecordSet> =>
  until(
    () => user.dns.recordSets.get(zone, id),
    ({ status }) => status === 'ACTIVE',
  );

/** Makes a record set, unrecorded. */
export const makeRecordSet = (
  { quietly, user }: CaseContext,
  zone: Zone,
  label: string,
  type = 'A',
  records: readonly string[] = ['192.0.2.1'],
): Promise<RecordSet> =>
  quietly(() => user.dns.recordSets.create(zone.id, { name: `${label}.${zone.name}`, type, records }));

/** Sets a limit of the case's project. */
export const limit = (
  { admin, project, signal }: CaseContext,
  quotas: Readonly<Record<string, number>>,
): Promise<unknown> =>
  admin.dns.service.request('PATCH', `/quotas/${project.id}`, {
    json: quotas,
    headers: { 'x-auth-all-projects': 'true' },
    signal,
  });
