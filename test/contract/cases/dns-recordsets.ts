import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { nextSecond } from '../kit/next-second.ts';
import { active, DNS, limit, makeRecordSet, makeZone, served } from './dns-kit.ts';

const REFERENCE = `${DNS}#recordsets`;

/** Record sets: their life, what shares a name, what is managed, their lists. */
export const dnsRecordsets: ContractArea = {
  area: 'dns-recordsets',
  cases: [
    {
      name: 'an A record set is PENDING, then ACTIVE, and the zone with it',
      reference: `${DNS}#create-a-recordset`,
      run: async (context) => {
        const { dns } = context.user;
        const zone = await makeZone(context);
        const made = await dns.recordSets.create(zone.id, {
          name: `api.${zone.name}`,
          type: 'A',
          records: ['192.0.2.10', '192.0.2.11'],
        });
        assert.deepEqual([made.status, made.action, made.ttl], ['PENDING', 'CREATE', null]);
        await context.quietly(() => dns.recordSets.waitActive(zone.id, made.id));
        await active(context, zone);
        assert.equal((await dns.recordSets.get(zone.id, made.id)).action, 'NONE');
        await dns.zones.get(zone.id);
      },
    },
    {
      name: 'record sets of every kind',
      reference: 'openstack/designate:designate/objects',
      run: async (context) => {
        const zone = await makeZone(context);
        const kinds: Readonly<Record<string, readonly string[]>> = {
          AAAA: ['2001:db8::1'],
          CNAME: ['other.example.org.'],
          MX: ['10 mail.example.org.'],
          NS: ['ns.example.org.'],
          PTR: ['host.example.org.'],
          SRV: ['0 5 6443 host.example.org.'],
          TXT: ['"a b"', '"v=spf1 -all"'],
          SPF: ['"v=spf1 -all"'],
          CAA: ['0 issue ca.example.org'],
          SSHFP: ['1 1 1234567890abcdef1234567890abcdef12345678'],
        };
        for (const [type, records] of Object.entries(kinds)) {
          const name = type === 'SRV' ? `_https._tcp.${zone.name}` : `${type.toLowerCase()}.${zone.name}`;
          const body = { name, type, records, ttl: 60, description: type };
          const { status } = await context.send(post(zone.id, body));
          assert.equal(status, 202, type);
        }
      },
    },
    {
      name: 'records that do not fit their type are refused',
      reference: 'openstack/designate:designate/objects/recordset.py (validate)',
      run: async (context) => {
        const zone = await makeZone(context);
        for (const [type, ...records] of [
          ['A', 'nowhere'],
          ['A', '2001:db8::1'],
          ['A', '192.0.2'],
          ['AAAA', '192.0.2.1'],
          ['CNAME', 'no-dot'],
          ['CNAME', 'one.example.org.', 'two.example.org.'],
          ['MX', 'mail.example.org.'],
          ['MX', 'x mail.example.org.'],
          ['SRV', '0 5 host.example.org.'],
          ['NOTHING', '1'],
        ]) {
          await context.send(post(zone.id, { name: `www.${zone.name}`, type, records }));
        }
      },
    },
    {
      name: 'what is no record set is refused',
      reference: `${DNS}#create-a-recordset`,
      run: async (context) => {
        const zone = await makeZone(context);
        const good = { name: `www.${zone.name}`, type: 'A', records: ['192.0.2.1'] };
        for (const body of [
          { ...good, name: undefined },
          { ...good, type: undefined },
          { ...good, records: undefined },
          { ...good, records: [] },
          { ...good, records: '192.0.2.1' },
          { ...good, records: [5] },
          { ...good, name: 'www.example.org' },
          { ...good, name: 'www.elsewhere.example.' },
          { ...good, name: `under_score-.${zone.name}` },
          { ...good, name: `${'x'.repeat(64)}.${zone.name}` },
          { ...good, name: 5 },
          { ...good, ttl: -1 },
          { ...good, ttl: 'long' },
          { ...good, description: 'x'.repeat(161) },
          { ...good, colour: 'red' },
          { ...good, status: 'ACTIVE' },
          { ...good, type: 'SOA', records: ['ns1.example.org. ops.example.org. 1 2 3 4 5'] },
        ]) {
          await context.send(post(zone.id, body));
        }
      },
    },
    {
      name: 'a wildcard and an underscore are names',
      reference: `${DNS}#create-a-recordset`,
      run: async (context) => {
        const zone = await makeZone(context);
        for (const label of ['*', '_acme-challenge', 'CAPS']) {
          const { status } = await context.send(
            post(zone.id, { name: `${label}.${zone.name}`, type: 'TXT', records: ['"x"'] }),
          );
          assert.equal(status, 202);
        }
      },
    },
    {
      name: 'a record set is there once',
      reference: `${DNS}#create-a-recordset`,
      run: async (context) => {
        const { refused, user } = context;
        const zone = await makeZone(context);
        const { name, type } = await makeRecordSet(context, zone, 'www');
        await refused(409, () => user.dns.recordSets.create(zone.id, { name, type, records: ['192.0.2.9'] }));
        await user.dns.recordSets.create(zone.id, { name, type: 'TXT', records: ['"other type"'] });
      },
    },
    {
      name: 'a CNAME shares its name with nothing, and is not at the apex',
      reference:
        'RFC 1034 section 3.6.2; openstack/designate:designate/central/service.py (_is_valid_recordset_placement)',
      run: async (context) => {
        const { refused, user } = context;
        const zone = await makeZone(context);
        const a = await makeRecordSet(context, zone, 'www');
        const cname = { type: 'CNAME', records: ['other.example.org.'] };
        await refused(400, () => user.dns.recordSets.create(zone.id, { ...cname, name: a.name }));
        await refused(400, () => user.dns.recordSets.create(zone.id, { ...cname, name: zone.name }));
        const made = await user.dns.recordSets.create(zone.id, { ...cname, name: `alias.${zone.name}` });
        const txt = { type: 'TXT', records: ['"x"'], name: made.name };
        await refused(400, () => user.dns.recordSets.create(zone.id, txt));
        await refused(400, () => user.dns.recordSets.create(zone.id, { ...cname, name: made.name }));
      },
    },
    {
      name: 'a record set in the name space of a child zone is refused',
      reference: 'openstack/designate:designate/central/service.py (_is_valid_recordset_placement_subzone)',
      run: async (context) => {
        const parent = await makeZone(context);
        const child = await makeZone(context, `sub.${parent.name}`);
        const body = { name: `www.${child.name}`, type: 'A', records: ['192.0.2.1'] };
        const { status } = await context.send(post(parent.id, body));
        assert.equal(status, 400);
      },
    },
    {
      name: 'updating records makes them PENDING again',
      reference: `${DNS}#update-a-recordset`,
      run: async (context) => {
        const { dns } = context.user;
        const zone = await makeZone(context);
        const made = await served(context, await makeRecordSet(context, zone, 'www'));
        await active(context, zone);
        const changed = await dns.recordSets.update(zone.id, made.id, {
          records: ['192.0.2.1', '192.0.2.2'],
          ttl: 30,
          description: 'two',
        });
        assert.deepEqual([changed.status, changed.action], ['PENDING', 'UPDATE']);
        await dns.zones.get(zone.id);
        await served(context, made);
        assert.equal((await dns.recordSets.get(zone.id, made.id)).records.length, 2);
      },
    },
    {
      name: 'what a record set is cannot be changed',
      reference: `${DNS}#update-a-recordset`,
      run: async (context) => {
        const zone = await makeZone(context);
        const made = await served(context, await makeRecordSet(context, zone, 'www'));
        const path = `/zones/${zone.id}/recordsets/${made.id}`;
        for (const body of [
          { name: `other.${zone.name}` },
          { type: 'TXT' },
          { records: ['nowhere'] },
          { records: '192.0.2.1' },
          { ttl: -5 },
          { ttl: null },
          { colour: 'red' },
          { description: null },
          { zone_id: made.id },
        ]) {
          await context.send({ service: 'dns', method: 'PUT', path, body });
        }
      },
    },
    {
      name: 'records may not all be taken away',
      reference: `${DNS}#update-a-recordset`,
      run: async (context) => {
        const zone = await makeZone(context);
        const made = await served(context, await makeRecordSet(context, zone, 'www'));
        const path = `/zones/${zone.id}/recordsets/${made.id}`;
        await context.send({ service: 'dns', method: 'PUT', path, body: { records: [] } });
      },
    },
    {
      name: 'SOA and the NS of the apex belong to Designate',
      reference: 'openstack/designate:designate/api/v2/controllers/zones/recordsets.py',
      run: async (context) => {
        const { dns } = context.user;
        const zone = await makeZone(context);
        const own = await dns.recordSets.list(zone.id).all();
        assert.deepEqual(own.map(({ type }) => type).sort(), ['NS', 'SOA']);
        for (const { id, type } of own.sort((one, other) => (one.type < other.type ? -1 : 1))) {
          const records = type === 'NS' ? ['ns.example.org.'] : ['ns.example.org. ops.example.org. 1 2 3 4 5'];
          await context.refused(400, () => dns.recordSets.update(zone.id, id, { records }));
          await context.refused(400, () => dns.recordSets.delete(zone.id, id));
        }
      },
    },
    {
      name: 'a record set is deleted, and deleted twice',
      reference: `${DNS}#delete-a-recordset`,
      run: async (context) => {
        const { refused, user } = context;
        const zone = await makeZone(context);
        const made = await served(context, await makeRecordSet(context, zone, 'www'));
        await context.send({ service: 'dns', method: 'DELETE', path: `/zones/${zone.id}/recordsets/${made.id}` });
        await context.quietly(() => user.dns.recordSets.waitGone(zone.id, made.id));
        await refused(404, () => user.dns.recordSets.delete(zone.id, made.id));
        await refused(404, () => user.dns.recordSets.get(zone.id, made.id));
        await refused(404, () => user.dns.recordSets.update(zone.id, made.id, { ttl: 60 }));
        await active(context, zone);
      },
    },
    {
      name: 'record sets are filtered',
      reference: `${DNS}#list-recordsets-in-a-zone`,
      run: async (context) => {
        const { recordSets } = context.user.dns;
        const zone = await makeZone(context);
        await served(context, await makeRecordSet(context, zone, 'www', 'A', ['192.0.2.1', '192.0.2.2']));
        await served(context, await makeRecordSet(context, zone, 'api', 'A', ['198.51.100.7']));
        await served(context, await makeRecordSet(context, zone, 'www', 'TXT', ['"x"']));
        const count = async (filters: object) => (await recordSets.list(zone.id, filters).all()).length;
        assert.equal(await count({}), 5);
        assert.equal(await count({ type: 'A' }), 2);
        assert.equal(await count({ name: `www.${zone.name}` }), 2);
        assert.equal(await count({ name: 'www.*' }), 2);
        assert.equal(await count({ name: '*w.*', type: 'TXT' }), 1);
        assert.equal(await count({ data: '192.0.2.2' }), 1);
        assert.equal(await count({ data: '192.0.2.*' }), 1);
        assert.equal(await count({ status: 'ACTIVE' }), 5);
        assert.equal(await count({ status: 'ERROR' }), 0);
        for (const query of ['ttl=60', 'description=*', 'colour=red', 'name=a&name=b']) {
          await context.send({ service: 'dns', method: 'GET', path: `/zones/${zone.id}/recordsets?${query}` });
        }
      },
    },
    {
      name: 'record sets come in pages and in order',
      reference: `${DNS}#list-recordsets-in-a-zone`,
      run: async (context) => {
        const { recordSets } = context.user.dns;
        const zone = await makeZone(context);
        for (const label of ['c', 'a', 'b']) {
          await served(context, await makeRecordSet(context, zone, label));
          await nextSecond(context.signal);
        }
        assert.equal((await recordSets.list(zone.id, { type: 'A', limit: 2 }).all()).length, 3);
        const orders: Record<string, unknown> = {};
        for (const query of [
          ...[
            '',
            'sort_key=name',
            'sort_key=name&sort_dir=desc',
            'sort_key=created_at&sort_dir=desc',
            'limit=max',
            'limit=0',
            'limit=x',
          ],
          ...['sort_key=records', 'sort_key=colour', 'sort_dir=up', 'marker=nothing', 'limit=1'],
        ]) {
          const path = `/zones/${zone.id}/recordsets?${query === '' ? 'type=A' : `type=A&${query}`}`;
          const { text } = await context.send({ service: 'dns', method: 'GET', path });
          const labels = [...text.matchAll(/"name": ?"(\w)\.zone-/g)].map(([, label]) => label);
          orders[query] = labels.join('');
        }
        context.note('orders', orders);
        assert.equal(orders['sort_key=name'], 'abc');
      },
    },
    {
      name: 'record sets of all zones are in one list',
      reference: `${DNS}#list-all-recordsets-owned-by-project`,
      run: async (context) => {
        const { dns } = context.user;
        const [one, two] = [await makeZone(context), await makeZone(context)];
        // Their record sets are alike: told apart by the zones.
        context.note('zones', [one.id, two.id]);
        const made = await served(context, await makeRecordSet(context, one, 'www'));
        await served(context, await makeRecordSet(context, two, 'api'));
        assert.equal((await dns.recordSets.listAll().all()).length, 6);
        assert.equal((await dns.recordSets.listAll({ type: 'A', name: 'www.*' }).all()).length, 1);
        assert.equal((await dns.recordSets.listAll({ type: 'A', limit: 1 }).all()).length, 2);
        await context.send({ service: 'dns', method: 'GET', path: `/recordsets/${made.id}` });
      },
    },
    {
      name: 'more record sets, and more records, than the quota are refused',
      reference: `${DNS}#quotas`,
      run: async (context) => {
        const zone = await makeZone(context);
        await limit(context, { zone_recordsets: 3, recordset_records: 2 });
        const body = (label: string, records: readonly string[]) => ({
          name: `${label}.${zone.name}`,
          type: 'A',
          records,
        });
        await context.send(post(zone.id, body('www', ['192.0.2.1', '192.0.2.2', '192.0.2.3'])));
        await context.send(post(zone.id, body('www', ['192.0.2.1', '192.0.2.2'])));
        const { status } = await context.send(post(zone.id, body('api', ['192.0.2.1'])));
        assert.equal(status, 413);
        await limit(context, { zone_recordsets: 10, zone_records: 2 });
        await context.send(post(zone.id, body('api', ['192.0.2.1'])));
      },
    },
    {
      name: 'a zone that is not there has no record sets',
      reference: REFERENCE,
      run: async (context) => {
        const { refused, user } = context;
        const { recordSets } = user.dns;
        const nobody = '3a9e2c6c-63a1-4b40-9a92-a2b3a4b5c6d7';
        await refused(404, () => recordSets.list(nobody).all());
        await refused(404, () => recordSets.get(nobody, nobody));
        await refused(404, () => recordSets.delete(nobody, nobody));
        await refused(404, () =>
          recordSets.create(nobody, { name: 'www.example.net.', type: 'A', records: ['192.0.2.1'] }),
        );
        await refused(400, () => recordSets.get(nobody, 'nonsense'));
        const zone = await makeZone(context);
        await refused(404, () => recordSets.get(zone.id, nobody));
      },
    },
    {
      name: 'record sets of somebody else are not there',
      reference: REFERENCE,
      run: async (context) => {
        const { admin, cleanUp, quietly, refused, unique, user } = context;
        const { zones, recordSets } = admin.dns;
        const name = `${unique('zone')}.example.net.`;
        const foreign = await quietly(() => zones.create({ name, email: 'ops@example.org' }));
        cleanUp(() => zones.delete(foreign.id));
        const values = { name: `www.${name}`, type: 'A', records: ['192.0.2.1'] };
        const theirs = await quietly(() => recordSets.create(foreign.id, values));
        await refused(404, () => user.dns.recordSets.list(foreign.id).all());
        await refused(404, () => user.dns.recordSets.get(foreign.id, theirs.id));
        await refused(404, () => user.dns.recordSets.update(foreign.id, theirs.id, { ttl: 60 }));
        await refused(404, () => user.dns.recordSets.create(foreign.id, { ...values, type: 'TXT', records: ['"x"'] }));
        await context.send({
          service: 'dns',
          method: 'DELETE',
          path: `/zones/${foreign.id}/recordsets/${theirs.id}`,
        });
      },
    },
  ],
};

const post = (zone: string, body: unknown) => ({
  service: 'dns',
  method: 'POST',
  path: `/zones/${zone}/recordsets`,
  body,
});
