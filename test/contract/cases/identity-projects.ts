import assert from 'node:assert/strict';
import { z } from 'zod';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { grant, makeIdentity } from './identity-setup.ts';

const REFERENCE = 'https://docs.openstack.org/api-ref/identity/v3/#projects';
const NOBODY = '00000000000000000000000000000000';

/** Asks Keystone as the administrator, recorded. */
async function asAdmin({ admin, send }: CaseContext, method: string, path: string, body?: unknown) {
  const token = await admin.identity.tokenValue();
  return send({ service: 'identity', method, path, body, token });
}

/** Projects, users, roles: what a user sees, and what only an administrator does. */
export const identityProjects: ContractArea = {
  area: 'identity-projects',
  cases: [
    {
      name: 'a user sees the projects in which it has a role, and its own project by id',
      reference: REFERENCE,
      run: async (context) => {
        const { user, project } = context;
        const other = await makeIdentity(context, 'project');
        await makeIdentity(context, 'project');
        const [role] = (await user.identity.token()).roles;
        await grant(context, other.id, role?.id ?? '');
        const found = await user.identity.availableProjects().all();
        assert.deepEqual(found.map(({ id }) => id).sort(), [other.id, project.id].sort());
        const mine = await user.identity.projects.get(project.id);
        assert.equal(mine.name, project.name);
        const path = `/users/${(await user.identity.token()).user.id}/projects`;
        assert.equal((await context.send({ service: 'identity', method: 'GET', path })).status, 200);
      },
    },
    {
      name: 'a user does not see other projects, not even whether they are there',
      reference: REFERENCE,
      run: async (context) => {
        const { user, refused } = context;
        const other = await makeIdentity(context, 'project');
        await refused(403, () => user.identity.projects.get(other.id));
        await refused(403, () => user.identity.projects.get(NOBODY));
        await refused(403, () => user.identity.projects.list().all());
      },
    },
    {
      name: 'a user sees itself, not others',
      reference: 'https://docs.openstack.org/api-ref/identity/v3/#users',
      run: async ({ user, admin, send }) => {
        const mine = (await user.identity.token()).user.id;
        const other = (await admin.identity.token()).user.id;
        const ask = (path: string) => send({ service: 'identity', method: 'GET', path });
        assert.equal((await ask(`/users/${mine}`)).status, 200);
        assert.equal((await ask(`/users/${other}`)).status, 403);
        assert.equal((await ask(`/users/${other}/projects`)).status, 403);
        assert.equal((await ask('/users')).status, 403);
      },
    },
    {
      name: 'what only an administrator may do is refused with the name of the rule',
      reference: 'keystone:keystone/common/policies',
      run: async ({ project, user, send }) => {
        const who = (await user.identity.token()).user.id;
        const ask = (method: string, path: string, body?: unknown) => send({ service: 'identity', method, path, body });
        for (const [method, path, body] of [
          ['POST', '/projects', { project: { name: 'mine' } }],
          ['PATCH', `/projects/${project.id}`, { project: { description: 'mine' } }],
          ['DELETE', `/projects/${project.id}`, undefined],
          ['POST', '/users', { user: { name: 'me' } }],
          ['DELETE', `/users/${who}`, undefined],
          ['GET', '/roles', undefined],
          ['GET', '/domains', undefined],
          ['GET', '/services', undefined],
          ['GET', '/endpoints', undefined],
          ['GET', '/role_assignments', undefined],
          ['GET', `/role_assignments?user.id=${who}`, undefined],
        ] as const)
          assert.equal((await ask(method, path, body)).status, 403, `${method} ${path}`);
      },
    },
    {
      name: 'regions are for everybody to see',
      reference: 'https://docs.openstack.org/api-ref/identity/v3/#regions',
      run: async ({ send }) => {
        const ask = (path: string) => send({ service: 'identity', method: 'GET', path });
        assert.equal((await ask('/regions')).status, 200);
        assert.equal((await ask('/regions/RegionOne')).status, 200);
        assert.equal((await ask('/regions/nowhere')).status, 404);
      },
    },
    {
      name: 'an administrator makes, changes and deletes a project, whose name is unique',
      reference: REFERENCE,
      run: async (context) => {
        const name = context.unique('project');
        const made = await asAdmin(context, 'POST', '/projects', { project: { name, description: 'for tests' } });
        assert.equal(made.status, 201);
        const { id } = z
          .looseObject({ project: z.looseObject({ id: z.string() }) })
          .parse(JSON.parse(made.text)).project;
        context.cleanUp(() => context.admin.identity.service.request('DELETE', `/projects/${id}`));
        assert.equal((await asAdmin(context, 'POST', '/projects', { project: { name } })).status, 409);
        const change = { project: { description: 'changed', enabled: false, tags: ['one'] } };
        assert.equal((await asAdmin(context, 'PATCH', `/projects/${id}`, change)).status, 200);
        assert.equal((await asAdmin(context, 'GET', `/projects?name=${name}`)).status, 200);
        assert.equal((await asAdmin(context, 'DELETE', `/projects/${id}`)).status, 204);
        assert.equal((await asAdmin(context, 'DELETE', `/projects/${id}`)).status, 404);
        assert.equal((await asAdmin(context, 'GET', `/projects/${id}`)).status, 404);
      },
    },
    {
      name: 'an administrator makes and deletes a user, whose name is unique',
      reference: 'https://docs.openstack.org/api-ref/identity/v3/#users',
      run: async (context) => {
        const user = { name: context.unique('user'), password: 'a password', email: 'one@example.org' };
        const made = await asAdmin(context, 'POST', '/users', { user });
        assert.equal(made.status, 201);
        const { id } = z.looseObject({ user: z.looseObject({ id: z.string() }) }).parse(JSON.parse(made.text)).user;
        context.cleanUp(() => context.admin.identity.service.request('DELETE', `/users/${id}`));
        assert.equal((await asAdmin(context, 'POST', '/users', { user })).status, 409);
        assert.equal((await asAdmin(context, 'GET', `/users?name=${user.name}`)).status, 200);
        assert.equal((await asAdmin(context, 'DELETE', `/users/${id}`)).status, 204);
        assert.equal((await asAdmin(context, 'DELETE', `/users/${id}`)).status, 404);
      },
    },
    {
      name: 'an administrator gives and takes roles, and sees who has which',
      reference: 'https://docs.openstack.org/api-ref/identity/v3/#list-role-assignments',
      run: async (context) => {
        const { user, project } = context;
        const { user: who, roles } = await user.identity.token();
        const reader = roles.find(({ name }) => name === 'reader')?.id ?? '';
        const path = `/projects/${project.id}/users/${who.id}/roles`;
        const filter = `user.id=${who.id}&scope.project.id=${project.id}`;
        assert.equal((await asAdmin(context, 'PUT', `${path}/${reader}`)).status, 204);
        assert.equal((await asAdmin(context, 'GET', path)).status, 200);
        assert.equal((await asAdmin(context, 'GET', `/role_assignments?${filter}&include_names=true`)).status, 200);
        assert.equal((await asAdmin(context, 'HEAD', `${path}/${reader}`)).status, 204);
        assert.equal((await asAdmin(context, 'DELETE', `${path}/${reader}`)).status, 204);
        assert.equal((await asAdmin(context, 'DELETE', `${path}/${reader}`)).status, 404);
        assert.equal((await asAdmin(context, 'HEAD', `${path}/${reader}`)).status, 404);
        assert.equal((await asAdmin(context, 'PUT', `${path}/${reader}`)).status, 204);
        assert.equal((await asAdmin(context, 'PUT', `${path}/${NOBODY}`)).status, 404);
        assert.equal(
          (await asAdmin(context, 'PUT', `/projects/${NOBODY}/users/${who.id}/roles/${reader}`)).status,
          404,
        );
      },
    },
    {
      name: 'a project or user that says too little or the wrong thing is refused',
      reference: REFERENCE,
      run: async (context) => {
        for (const [path, body] of [
          ['/projects', { project: {} }],
          ['/projects', { project: { name: '' } }],
          ['/projects', { project: { name: 7 } }],
          ['/projects', { project: { name: 'x'.repeat(65) } }],
          ['/projects', { project: { name: 'p', enabled: 'perhaps' } }],
          ['/projects', { project: { name: 'p', tags: 'one' } }],
          ['/users', { user: {} }],
          ['/users', { user: { name: '' } }],
          ['/users', { user: { name: 'x'.repeat(256) } }],
          ['/users', { user: { name: 'u', password: 7 } }],
        ] as const)
          assert.equal((await asAdmin(context, 'POST', path, body)).status, 400, JSON.stringify(body));
      },
    },
  ],
};
