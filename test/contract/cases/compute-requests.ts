import assert from 'node:assert/strict';
import type { CaseContext, ContractArea, ContractCase } from '../kit/case.ts';
import { COMPUTE_REFERENCE, smallServer } from './compute-setup.ts';

/** A bad request, and how it differs from a good one. */
interface BadRequest {
  readonly name: string;
  readonly more: (context: CaseContext) => object;
  readonly status?: number;
  readonly microversion?: string;
}

const NOBODY = '11111111-2222-3333-4444-555555555555';

const bad: readonly BadRequest[] = [
  { name: 'without a name', more: () => ({ name: undefined }) },
  { name: 'with an empty name', more: () => ({ name: '' }) },
  { name: 'with spaces around its name', more: () => ({ name: ' srv ' }) },
  { name: 'with a number for a name', more: () => ({ name: 7 }) },
  { name: 'with a name of 256 characters', more: () => ({ name: 'x'.repeat(256) }) },
  { name: 'without a flavor', more: () => ({ flavorRef: undefined }) },
  { name: 'of a flavor that is not there', more: () => ({ flavorRef: 'no-such' }) },
  { name: 'without an image and a boot volume', more: () => ({ imageRef: undefined }) },
  { name: 'of an image that is not there', more: () => ({ imageRef: NOBODY }) },
  { name: 'of an image whose id is none', more: () => ({ imageRef: 'ubuntu' }) },
  { name: 'without networks', more: () => ({ networks: undefined }) },
  { name: 'with networks that are neither a list nor a choice', more: () => ({ networks: 'all' }) },
  { name: 'on a network that is not there', more: () => ({ networks: [{ uuid: NOBODY }] }) },
  { name: 'on a network whose id is none', more: () => ({ networks: [{ uuid: 'net' }] }) },
  { name: 'on a port that is not there', more: () => ({ networks: [{ port: NOBODY }] }) },
  { name: 'with an unknown field in a network', more: () => ({ networks: [{ net: NOBODY }] }) },
  { name: 'with an address that is none', more: () => ({ networks: [{ uuid: NOBODY, fixed_ip: '1.2.3' }] }) },
  { name: 'with a key pair that is not there', more: () => ({ key_name: 'no-such' }) },
  { name: 'with a security group that is not there', more: () => ({ security_groups: [{ name: 'no-such' }] }) },
  { name: 'in a zone that is not there', more: () => ({ availability_zone: 'mars' }) },
  { name: 'with user data that is not base64', more: () => ({ user_data: '#cloud-config!' }) },
  { name: 'with user data that is too long', more: () => ({ user_data: 'A'.repeat(65_536) }) },
  { name: 'with metadata that is not text', more: () => ({ metadata: { a: 1 } }) },
  { name: 'with a metadata key that has a bad character', more: () => ({ metadata: { 'a/b': 'c' } }) },
  { name: 'with a metadata value of 256 characters', more: () => ({ metadata: { a: 'x'.repeat(256) } }) },
  {
    name: 'with more metadata than the quota',
    status: 403,
    more: () => ({ metadata: Object.fromEntries(Array.from({ length: 129 }, (_none, at) => [`k${at}`, 'v'])) }),
  },
  { name: 'with a tag that has a comma', more: () => ({ tags: ['a,b'] }) },
  { name: 'with a tag of 61 characters', more: () => ({ tags: ['x'.repeat(61)] }) },
  { name: 'with an empty tag', more: () => ({ tags: [''] }) },
  { name: 'with 51 tags', more: () => ({ tags: Array.from({ length: 51 }, (_none, at) => `t${at}`) }) },
  { name: 'with tags, before 2.52', microversion: '2.51', more: () => ({ tags: ['a'] }) },
  { name: 'with a description, before 2.19', microversion: '2.18', more: () => ({ description: 'a' }) },
  { name: 'with a host name, before 2.90', microversion: '2.89', more: () => ({ hostname: 'a' }) },
  { name: 'with a host name that is none', microversion: '2.90', more: () => ({ hostname: 'a_b' }) },
  { name: 'with no count', more: () => ({ min_count: 0 }) },
  { name: 'with a count that is none', more: () => ({ max_count: 'many' }) },
  { name: 'with a smallest count above the largest', more: () => ({ min_count: 3, max_count: 2 }) },
  { name: 'with a choice that is none', more: () => ({ config_drive: 'perhaps' }) },
  { name: 'with an unknown disk configuration', more: () => ({ 'OS-DCF:diskConfig': 'NONE' }) },
  { name: 'with two unknown fields', more: () => ({ colour: 'blue', shape: 'round' }) },
  { name: 'on a host of its choice', status: 403, more: () => ({ host: 'cmp1' }) },
  { name: 'on a host of its choice, by the zone', status: 403, more: () => ({ availability_zone: 'nova:cmp1' }) },
];

const badBodies: readonly (readonly [name: string, body: unknown])[] = [
  ['broken JSON', '{"server": '],
  ['no body', undefined],
  ['a list', []],
  ['an empty object', {}],
  ['a server that is no object', { server: 'srv' }],
  ['an unknown field beside the server', { server: {}, client: 1 }],
];

const refusals: readonly ContractCase[] = bad.map(({ name, more, status = 400, microversion = '2.79' }) => ({
  name: `a server ${name} is refused`,
  reference: `${COMPUTE_REFERENCE}#create-server`,
  run: async (context) => {
    const reply = await context.send({
      service: 'compute',
      method: 'POST',
      path: '/servers',
      body: { server: { ...smallServer(context), ...more(context) } },
      headers: { 'openstack-api-version': `compute ${microversion}` },
    });
    assert.equal(reply.status, status, reply.text);
  },
}));

/** Requests for servers that Nova refuses, in its words. */
export const computeRequests: ContractArea = {
  area: 'compute-requests',
  cases: [
    ...refusals,
    {
      name: 'bodies that are not what they should be are refused',
      reference: 'nova:nova/api/openstack/wsgi.py Resource._process_stack',
      run: async ({ send, note }) => {
        for (const [name, body] of badBodies) {
          note('body', name);
          const reply = await send({ service: 'compute', method: 'POST', path: '/servers', body });
          assert.equal(reply.status, 400, reply.text);
        }
      },
    },
    {
      name: 'a body of another type is refused',
      reference: 'nova:nova/api/openstack/wsgi.py Request.get_content_type',
      run: async ({ send }) => {
        const headers = { 'content-type': 'application/xml' };
        const reply = await send({ service: 'compute', method: 'POST', path: '/servers', body: '<server/>', headers });
        assert.equal(reply.status, 415);
      },
    },
    {
      name: 'a path and a method that Nova does not have are not found',
      reference: 'nova:nova/api/openstack/compute/routes.py',
      run: async ({ send }) => {
        assert.equal((await send({ service: 'compute', method: 'GET', path: '/nothing' })).status, 404);
        assert.equal((await send({ service: 'compute', method: 'PATCH', path: '/servers' })).status, 404);
      },
    },
    {
      name: 'without a token, and with a bad one, nothing is told',
      reference: 'keystonemiddleware:keystonemiddleware/auth_token/__init__.py',
      run: async ({ send }) => {
        for (const token of [false, 'gAAAAA-none'] as const) {
          const reply = await send({ service: 'compute', method: 'GET', path: '/servers', token });
          assert.equal(reply.status, 401);
        }
      },
    },
  ],
};
