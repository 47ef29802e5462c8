import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { DNS, email, limit, makeZone, zoneName } from './dns-kit.ts';

const NOBODY = '3a9e2c6c-63a1-4b40-9a92-a2b3a4b5c6d7';

/** What Designate says to requests that it cannot do, and about itself. */
export const dnsRequests: ContractArea = {
  area: 'dns-requests',
  cases: [
    {
      name: 'what is no zone is refused',
      reference: `${DNS}#create-a-zone`,
      run: async (context) => {
        const name = zoneName(context);
        for (const body of [
          {},
          { name },
          { email },
          { name, email: 'nobody' },
          { name, email: 'a@b@c' },
          { name, email: 5 },
          { name, email: null },
          { name: 'example.net', email },
          { name: `-x.${name}`, email },
          { name: `${'x'.repeat(64)}.${name}`, email },
          { name: 5, email },
          { name: 'net.', email },
          { name, email, ttl: -1 },
          { name, email, ttl: 'long' },
          { name, email, ttl: 2_147_483_648 },
          { name, email, description: 'x'.repeat(161) },
          { name, email, colour: 'red' },
          { name, email, status: 'ACTIVE' },
          { name, email, type: 'TERTIARY' },
          { name, type: 'SECONDARY' },
          { name, email, masters: ['192.0.2.1'] },
        ]) {
          await context.send({ service: 'dns', method: 'POST', path: '/zones', body });
        }
      },
    },
    {
      name: 'bodies that are no JSON objects are refused',
      reference: 'openstack/designate:designate/api/v2/patches.py (body_dict)',
      run: async ({ send }) => {
        const post = { service: 'dns', method: 'POST', path: '/zones' };
        for (const body of ['{', '{"name": nothing}', 'null', '[]', '"text"', '']) await send({ ...post, body });
        await send(post);
        await send({ ...post, body: '{}', headers: { 'content-type': 'text/plain' } });
      },
    },
    {
      name: 'ids that are no ids are refused',
      reference: 'openstack/designate:designate/utils.py (validate_uuid)',
      run: async ({ send, refused, user }) => {
        await refused(400, () => user.dns.zones.get('nonsense'));
        await refused(404, () => user.dns.zones.get(NOBODY));
        await refused(404, () => user.dns.zones.delete(NOBODY));
        for (const [method, path] of [
          ['DELETE', '/zones/nonsense'],
          ['GET', '/zones/nonsense/recordsets'],
          ['GET', `/zones/${NOBODY}/recordsets/nonsense`],
          ['GET', `/zones/${NOBODY}/nonsense`],
        ] as const) {
          await send({ service: 'dns', method, path });
        }
        await send({ service: 'dns', method: 'PATCH', path: '/zones/nonsense', body: { ttl: 60 } });
      },
    },
    {
      name: 'paths and methods that are not there',
      reference: 'openstack/designate:designate/api/v2/controllers/errors.py',
      run: async ({ send }) => {
        for (const [method, path] of [
          ['GET', '/nonsense'],
          ['PUT', '/zones'],
          ['DELETE', '/zones'],
          ['PATCH', '/zones'],
          ['POST', `/zones/${NOBODY}`],
          ['PUT', `/zones/${NOBODY}`],
        ] as const) {
          await send({ service: 'dns', method, path });
        }
      },
    },
    {
      name: 'a request without a good token is refused',
      reference: 'openstack/keystonemiddleware:keystonemiddleware/auth_token/__init__.py',
      run: async ({ send }) => {
        await send({ service: 'dns', method: 'GET', path: '/zones', token: false });
        await send({ service: 'dns', method: 'GET', path: '/zones', token: 'nonsense' });
      },
    },
    {
      name: 'limits and quotas',
      reference: `${DNS}#limits`,
      run: async (context) => {
        const { project, send } = context;
        await send({ service: 'dns', method: 'GET', path: '/limits' });
        await send({ service: 'dns', method: 'GET', path: '/quotas' });
        await send({ service: 'dns', method: 'GET', path: `/quotas/${project.id}` });
        await limit(context, { zones: 3, zone_records: 7 });
        await send({ service: 'dns', method: 'GET', path: `/quotas/${project.id}` });
        await send({ service: 'dns', method: 'GET', path: '/limits' });
      },
    },
    {
      name: 'quotas are the administrator’s',
      reference: `${DNS}#quotas`,
      run: async ({ admin, project, quietly, send }) => {
        const path = `/quotas/${project.id}`;
        const { status } = await send({ service: 'dns', method: 'PATCH', path, body: { zones: 100 } });
        assert.equal(status, 403);
        await send({ service: 'dns', method: 'DELETE', path });
        const other = (await quietly(() => admin.identity.token())).project?.id ?? '';
        await send({ service: 'dns', method: 'GET', path: `/quotas/${other}` });
      },
    },
    {
      name: 'all projects are the administrator’s',
      reference: `${DNS}#list-zones`,
      run: async (context) => {
        await makeZone(context);
        const headers = { 'x-auth-all-projects': 'true' };
        const { status } = await context.send({ service: 'dns', method: 'GET', path: '/zones', headers });
        assert.equal(status, 403);
        await context.send({ service: 'dns', method: 'GET', path: '/zones', headers: { 'x-auth-all-projects': 'no' } });
      },
    },
    {
      name: 'the versions of the API',
      reference: `${DNS}#api-versions`,
      run: async ({ send }) => {
        await send({ service: 'dns', method: 'GET', path: '/..' });
      },
    },
  ],
};
