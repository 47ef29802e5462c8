import { ignored, kept, refused, type Walk } from './expectation.ts';
import type { World } from './world.ts';

/** What zones, record sets and quotas take. */
export function designateWalks(world: World): Readonly<Record<string, Walk>> {
  const { id, next } = world;
  const fixed = (noun: string, names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [name, refused('x', new RegExp(`Keys \\['${name}'\\] are not valid for ${noun}`))]),
    );
  const zoneFixed = [
    ...['id', 'project_id', 'serial', 'shared', 'status', 'action', 'version'],
    ...['created_at', 'updated_at', 'transferred_at'],
  ];
  const recordFixed = [
    'id',
    'zone_id',
    'project_id',
    'zone_name',
    'status',
    'action',
    'version',
    'created_at',
    'updated_at',
  ];
  const zone = { email: kept('x@example.org'), ttl: kept(77), description: kept('ours') };
  const records = { records: kept(['192.0.2.77']), ttl: kept(77), description: kept('points') };
  const path = `/dns/v2/zones/${id('zone')}/recordsets`;
  return {
    'POST /v2/zones': {
      body: () => ({ name: `z${next()}.org.`, email: 'a@example.org' }),
      read: (answer) => `/dns/v2/zones/${answer?.string('id') ?? ''}`,
      attributes: {
        ...fixed('zone', zoneFixed),
        ...zone,
        name: kept('moon.org.'),
        type: kept('SECONDARY', { body: () => ({ name: `z${next()}.org.`, masters: ['192.0.2.1'] }) }),
        masters: kept(['192.0.2.2'], {
          body: () => ({ name: `z${next()}.org.`, type: 'SECONDARY', masters: ['192.0.2.1'] }),
        }),
        attributes: kept({ tier: 'gold' }),
        pool_id: ignored(
          '794ccc2c-d751-44fe-b57f-000000000000',
          'designate:designate/central/service.py, create_zone asks the scheduler',
        ),
      },
    },
    'PATCH /v2/zones/:zone': {
      params: { zone: id('zone') },
      attributes: {
        ...fixed('zone', zoneFixed),
        ...zone,
        name: refused('moon.org.', /Keys \['name'\] are not valid for zone/),
        type: refused('SECONDARY', /Keys \['type'\] are not valid for zone/),
        masters: refused(['192.0.2.2'], /masters/),
        attributes: kept({ tier: 'gold' }),
        pool_id: kept('794ccc2c-d751-44fe-b57f-000000000000'),
      },
    },
    'POST /v2/zones/:zone/recordsets': {
      params: { zone: id('zone') },
      body: () => ({ name: `r${next()}.example.org.`, type: 'A', records: ['192.0.2.1'] }),
      read: (answer) => `${path}/${answer?.string('id') ?? ''}`,
      attributes: {
        ...fixed('recordset', recordFixed),
        ...records,
        name: kept('moon.example.org.'),
        type: kept('TXT', { body: () => ({ name: `r${next()}.example.org.`, records: ['"a"'] }) }),
      },
    },
    'PUT /v2/zones/:zone/recordsets/:recordset': {
      params: { zone: id('zone'), recordset: id('recordset') },
      body: () => ({ records: ['192.0.2.1'] }),
      attributes: {
        ...fixed('recordset', recordFixed),
        ...records,
        name: refused('moon.example.org.', /Keys \['name'\] are not valid for recordset/),
        type: refused('TXT', /Keys \['type'\] are not valid for recordset/),
      },
    },
    'PATCH /v2/quotas/:project': {
      user: 'admin',
      headers: { 'x-auth-all-projects': 'true' },
      params: { project: id('project') },
      attributes: Object.fromEntries(
        ['zones', 'zone_records', 'zone_recordsets', 'recordset_records', 'api_export_size'].map((name) => [
          name,
          kept(77),
        ]),
      ),
    },
  };
}
