import { testCalls } from './support/calls.ts';

const DESIGNATE = '/dns/v2';

const record = { id: 'r', zone_id: 'z', name: 'api.example.', type: 'A', records: ['10.0.0.1'], status: 'PENDING' };

testCalls('DNS', [
  {
    name: 'a zone',
    call: (cloud) => cloud.dns.zones.create({ name: 'example.', email: 'a@example' }),
    line: `POST ${DESIGNATE}/zones`,
    sent: { name: 'example.', email: 'a@example' },
    reply: { status: 202, json: { id: 'z', name: 'example.', status: 'PENDING' } },
    gives: { status: 'PENDING' },
  },
  {
    name: 'a change of a zone',
    call: (cloud) => cloud.dns.zones.update('z', { ttl: 60 }),
    line: `PATCH ${DESIGNATE}/zones/z`,
    sent: { ttl: 60 },
    reply: { status: 202, json: { id: 'z', name: 'example.', status: 'PENDING' } },
    gives: { id: 'z' },
  },
  {
    name: 'a record set',
    call: (cloud) => cloud.dns.recordSets.create('z', { name: 'api.example.', type: 'A', records: ['10.0.0.1'] }),
    line: `POST ${DESIGNATE}/zones/z/recordsets`,
    sent: { name: 'api.example.', type: 'A', records: ['10.0.0.1'] },
    reply: { status: 202, json: record },
    gives: record,
  },
  {
    name: 'record sets of all zones',
    call: (cloud) => cloud.dns.recordSets.listAll({ type: 'A' }),
    line: `GET ${DESIGNATE}/recordsets?type=A`,
    reply: { json: { recordsets: [record], links: {} } },
    gives: [record],
  },
  {
    name: 'a change of a record set',
    call: (cloud) => cloud.dns.recordSets.update('z', 'r', { records: ['10.0.0.2'] }),
    line: `PUT ${DESIGNATE}/zones/z/recordsets/r`,
    sent: { records: ['10.0.0.2'] },
    reply: { status: 202, json: record },
    gives: { id: 'r' },
  },
]);
