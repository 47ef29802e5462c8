import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { nextSecond } from '../kit/next-second.ts';
import { active, DNS, email, limit, makeZone, zoneName } from './dns-kit.ts';

/** Zones: their life, their names, their lists. */
export const dnsZones: ContractArea = {
  area: 'dns-zones',
  cases: [
    {
      name: 'a zone is PENDING with defaults, then ACTIVE',
      reference: `${DNS}#create-a-zone`,
      run: async (context) => {
        const { dns } = context.user;
        const zone = await dns.zones.create({ name: zoneName(context), email });
        context.cleanUp(() => dns.zones.delete(zone.id));
        assert.deepEqual([zone.status, zone.action], ['PENDING', 'CREATE']);
        await context.quietly(() => dns.zones.waitActive(zone.id));
        const ready = await dns.zones.get(zone.id);
        assert.deepEqual([ready.status, ready.action, ready.ttl], ['ACTIVE', 'NONE', 3600]);
      },
    },
    {
      name: 'a zone keeps TTL and description',
      reference: `${DNS}#create-a-zone`,
      run: async (context) => {
        const { dns } = context.user;
        const values = { name: zoneName(context), email, ttl: 120, description: 'for tests, größer' };
        const zone = await dns.zones.create({ ...values, type: 'PRIMARY' });
        context.cleanUp(() => dns.zones.delete(zone.id));
        assert.deepEqual([zone.ttl, zone.description], [120, values.description]);
      },
    },
    {
      name: 'a name in capitals stays in capitals',
      reference: 'openstack/designate:designate/objects/fields.py (DomainField)',
      run: async (context) => {
        const { dns } = context.user;
        const zone = await dns.zones.create({ name: `CAPS.${zoneName(context)}`, email });
        context.cleanUp(() => dns.zones.delete(zone.id));
        await active(context, zone);
        await dns.zones.get(zone.id);
      },
    },
    {
      name: 'the name of a zone is taken',
      reference: `${DNS}#create-a-zone`,
      run: async (context) => {
        const zone = await makeZone(context);
        const { refused, user } = context;
        await refused(409, () => user.dns.zones.create({ name: zone.name, email }));
      },
    },
    {
      name: 'a zone is the parent of another one, and cannot be deleted before it',
      reference: `${DNS}#delete-a-zone`,
      run: async (context) => {
        const { dns } = context.user;
        const parent = await makeZone(context);
        const child = await dns.zones.create({ name: `sub.${parent.name}`, email });
        context.cleanUp(() => dns.zones.delete(child.id));
        await active(context, child);
        await context.refused(400, () => dns.zones.delete(parent.id));
      },
    },
    {
      name: 'a zone of somebody else is not there, and takes its names',
      reference: 'openstack/designate:designate/central/service.py (_check_zone_ownership_conflicts)',
      run: async (context) => {
        const { admin, cleanUp, quietly, refused, user } = context;
        const foreign = await quietly(() => admin.dns.zones.create({ name: zoneName(context), email }));
        cleanUp(() => admin.dns.zones.delete(foreign.id));
        await refused(404, () => user.dns.zones.get(foreign.id));
        await refused(404, () => user.dns.zones.update(foreign.id, { ttl: 60 }));
        await refused(404, () => user.dns.zones.delete(foreign.id));
        await refused(409, () => user.dns.zones.create({ name: foreign.name, email }));
        await refused(403, () => user.dns.zones.create({ name: `sub.${foreign.name}`, email }));
        assert.deepEqual(await user.dns.zones.list().all(), []);
      },
    },
    {
      name: 'a zone above a zone of somebody else is refused',
      reference: 'openstack/designate:designate/central/service.py (_check_zone_ownership_conflicts)',
      run: async (context) => {
        const { admin, cleanUp, quietly, refused, user } = context;
        const name = zoneName(context);
        const foreign = await quietly(() => admin.dns.zones.create({ name: `sub.${name}`, email }));
        cleanUp(() => admin.dns.zones.delete(foreign.id));
        await refused(403, () => user.dns.zones.create({ name, email }));
      },
    },
    {
      name: 'updating a zone makes it PENDING again',
      reference: `${DNS}#update-a-zone`,
      run: async (context) => {
        const { dns } = context.user;
        const zone = await makeZone(context);
        const changed = await dns.zones.update(zone.id, { ttl: 300, description: 'new', email: 'dns@example.org' });
        assert.deepEqual([changed.status, changed.action, changed.ttl], ['PENDING', 'UPDATE', 300]);
        await active(context, zone);
        const ready = await dns.zones.get(zone.id);
        assert.equal(ready.description, 'new');
        const soa = await dns.recordSets.list(zone.id, { type: 'SOA' }).first();
        assert.match(soa?.records[0] ?? '', /dns\.example\.org\./);
      },
    },
    {
      name: 'a description is removed by null',
      reference: `${DNS}#update-a-zone`,
      run: async (context) => {
        const { send, user } = context;
        const zone = await makeZone(context);
        await user.dns.zones.update(zone.id, { description: 'going' });
        const path = `/zones/${zone.id}`;
        await send({ service: 'dns', method: 'PATCH', path, body: { description: null } });
      },
    },
    {
      name: 'what a zone is cannot be changed',
      reference: `${DNS}#update-a-zone`,
      run: async (context) => {
        const zone = await makeZone(context);
        const path = `/zones/${zone.id}`;
        for (const body of [
          { name: `other.${zone.name}` },
          { type: 'SECONDARY' },
          { status: 'ACTIVE!' },
          { serial: 1 },
          { colour: 'red' },
          { ttl: 'long' },
          { ttl: -1 },
          { ttl: 2_147_483_648 },
          { email: 'nobody' },
          { email: null },
          { description: 'x'.repeat(161) },
          { description: 5 },
          {},
        ]) {
          await context.send({ service: 'dns', method: 'PATCH', path, body });
        }
      },
    },
    {
      name: 'a zone is deleted, and deleted twice',
      reference: `${DNS}#delete-a-zone`,
      run: async (context) => {
        const { refused, send, user } = context;
        const zone = await makeZone(context);
        await send({ service: 'dns', method: 'DELETE', path: `/zones/${zone.id}` });
        await context.quietly(() => user.dns.zones.waitGone(zone.id));
        await refused(404, () => user.dns.zones.delete(zone.id));
        await refused(404, () => user.dns.zones.get(zone.id));
        await refused(404, () => user.dns.zones.update(zone.id, { ttl: 60 }));
      },
    },
    {
      name: 'a deleted name is free again',
      reference: `${DNS}#delete-a-zone`,
      run: async (context) => {
        const { dns } = context.user;
        const zone = await makeZone(context);
        await context.quietly(() => dns.zones.delete(zone.id));
        await context.quietly(() => dns.zones.waitGone(zone.id));
        const again = await dns.zones.create({ name: zone.name, email });
        context.cleanUp(() => dns.zones.delete(again.id));
        const states = { target: ['ACTIVE'], pending: ['PENDING'], failure: ['ERROR'] };
        await context.quietly(() => dns.zones.waitFor(again.id, states));
      },
    },
    {
      name: 'zones are filtered',
      reference: `${DNS}#list-zones`,
      run: async (context) => {
        const { dns } = context.user;
        const [one, two] = [await makeZone(context), await makeZone(context, `other.${zoneName(context)}`)];
        assert.deepEqual((await dns.zones.list({ name: one.name }).all()).length, 1);
        assert.equal((await dns.zones.list({ name: 'other.*' }).all())[0]?.id, two.id);
        assert.equal((await dns.zones.list({ name: '*.example.net.' }).all()).length, 2);
        assert.equal((await dns.zones.list({ name: 'OTHER.*' }).all()).length, 1);
        assert.equal((await dns.zones.list({ status: 'ACTIVE', type: 'PRIMARY' }).all()).length, 2);
        assert.deepEqual(await dns.zones.list({ status: 'ERROR' }).all(), []);
        assert.deepEqual(await dns.zones.list({ description: 'none' }).all(), []);
        for (const path of [
          '/zones?ttl=3600',
          '/zones?ttl=60',
          `/zones?email=${email}`,
          '/zones?email=*@example.org',
        ]) {
          await context.send({ service: 'dns', method: 'GET', path });
        }
        await context.send({ service: 'dns', method: 'GET', path: '/zones?colour=red' });
        await context.send({ service: 'dns', method: 'GET', path: '/zones?id=1&colour=red' });
        await context.send({ service: 'dns', method: 'GET', path: '/zones?name=a&name=b' });
      },
    },
    {
      name: 'zones come in pages and in order',
      reference: `${DNS}#list-zones`,
      run: async (context) => {
        const { dns } = context.user;
        const ending = zoneName(context);
        for (const label of ['c', 'a', 'b']) {
          await makeZone(context, `${label}-${ending}`);
          await nextSecond(context.signal);
        }
        const pages = await dns.zones.list({ limit: 2 }).all();
        assert.equal(pages.length, 3);
        const list = async (query: string) => {
          const { text } = await context.send({ service: 'dns', method: 'GET', path: `/zones?${query}` });
          return [...text.matchAll(/"name": ?"(\w)-/g)].map(([, label]) => label).join('');
        };
        const orders: Record<string, string> = {};
        for (const query of [
          ...['', 'sort_key=name', 'sort_key=name&sort_dir=desc', 'sort_key=created_at&sort_dir=desc', 'limit=max'],
          ...['sort_key=name&limit=1', 'limit=0', 'limit=-1', 'limit=some', 'sort_key=colour', 'sort_dir=up'],
          ...['marker=3a9e2c6c-63a1-4b40-9a92-a2b3a4b5c6d7', 'marker=nothing', 'limit=3', 'sort_key=tenant_id'],
        ]) {
          orders[query] = await list(query);
        }
        context.note('orders', orders);
        assert.equal(orders['sort_key=name'], 'abc');
        assert.equal(orders['sort_key=name&sort_dir=desc'], 'cba');
        assert.equal(orders[''], 'cab');
      },
    },
    {
      name: 'a zone has its name servers',
      reference: `${DNS}#get-the-name-servers-for-a-zone`,
      run: async (context) => {
        const zone = await makeZone(context);
        await context.send({ service: 'dns', method: 'GET', path: `/zones/${zone.id}/nameservers` });
        await context.send({ service: 'dns', method: 'GET', path: '/zones/nonsense/nameservers' });
      },
    },
    {
      name: 'one zone more than the quota is refused',
      reference: `${DNS}#quotas`,
      run: async (context) => {
        await limit(context, { zones: 1 });
        await makeZone(context);
        const { refused, user } = context;
        const error = await refused(413, () => user.dns.zones.create({ name: zoneName(context), email }));
        assert.match(error.message, /Quota exceeded for zones/);
      },
    },
  ],
};
