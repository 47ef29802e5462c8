import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { CaseContext, PlainReply } from '../kit/case.ts';

/** The body of a log-in with the user's password. */
export function passwordLogin(context: CaseContext, scope: unknown = { project: { id: context.project.id } }): object {
  const { username: name, password } = context.credentials;
  const user = { name, domain: { id: 'default' }, password };
  const identity = { methods: ['password'], password: { user } };
  return { auth: { identity, ...(scope === undefined ? {} : { scope }) } };
}

/** Logs in, recorded, without the catalogue. */
export const logIn = ({ send }: CaseContext, body: unknown): Promise<PlainReply> =>
  send({ service: 'identity', method: 'POST', path: '/auth/tokens?nocatalog', body, token: false });

const identified = z.looseObject({ id: z.string() });

/** Makes a resource of Keystone as its administrator, unrecorded, and removes it in the end. */
export async function makeIdentity(
  { admin, cleanUp, signal, unique }: CaseContext,
  kind: 'project' | 'user' | 'role',
  values: object = {},
): Promise<{ id: string; name: string; password: string }> {
  const { service } = admin.identity;
  const name = unique('contract');
  const password = randomBytes(12).toString('hex');
  const json = {
    [kind]: {
      name,
      ...(kind !== 'role' && { domain_id: 'default' }),
      ...(kind === 'user' && { password }),
      ...values,
    },
  };
  const answer = await service.json('POST', `/${kind}s`, z.looseObject({ [kind]: identified }), { json, signal });
  const { id } = identified.parse(answer[kind]);
  cleanUp(() => service.request('DELETE', `/${kind}s/${id}`));
  return { id, name, password };
}

/** Gives the case's user a role in a project, as the administrator. */
export async function grant({ admin, user, signal }: CaseContext, project: string, role: string): Promise<void> {
  const { id } = (await user.identity.token()).user;
  await admin.identity.service.request('PUT', `/projects/${project}/users/${id}/roles/${role}`, { signal });
}

/** Changes a resource of Keystone, as the administrator. */
export async function changeIdentity(
  { admin, signal }: CaseContext,
  kind: 'project' | 'user',
  id: string,
  values: object,
): Promise<void> {
  await admin.identity.service.request('PATCH', `/${kind}s/${id}`, { json: { [kind]: values }, signal });
}
