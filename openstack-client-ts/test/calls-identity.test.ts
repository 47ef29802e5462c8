import { testCalls } from './support/calls.ts';

const KEYSTONE = '/identity/v3';

const credential = { id: 'ac', name: 'ci', secret: 'once' };

testCalls('identity', [
  {
    name: 'an application credential',
    call: (cloud) => cloud.identity.applicationCredentials.create({ name: 'ci', roles: [{ name: 'member' }] }),
    line: `POST ${KEYSTONE}/users/u1/application_credentials`,
    sent: { application_credential: { name: 'ci', roles: [{ name: 'member' }] } },
    reply: { status: 201, json: { application_credential: credential } },
    gives: { secret: 'once' },
  },
  {
    name: 'application credentials',
    call: (cloud) => cloud.identity.applicationCredentials.list({ name: 'ci' }),
    line: `GET ${KEYSTONE}/users/u1/application_credentials?name=ci`,
    reply: { json: { application_credentials: [credential], links: { next: null } } },
    gives: [credential],
  },
  {
    name: 'an application credential goes',
    call: (cloud) => cloud.identity.applicationCredentials.delete('ac'),
    line: `DELETE ${KEYSTONE}/users/u1/application_credentials/ac`,
    reply: { status: 204 },
  },
  {
    name: 'a project',
    call: (cloud) => cloud.identity.projects.get('p1'),
    line: `GET ${KEYSTONE}/projects/p1`,
    reply: { json: { project: { id: 'p1', name: 'demo' } } },
    gives: { name: 'demo' },
  },
]);
