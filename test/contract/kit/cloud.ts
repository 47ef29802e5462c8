import { randomBytes } from 'node:crypto';
import { connect, loadCloud, type OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { rolesOf } from '../../support/user-roles.ts';
import type { Seeds } from './case.ts';

/** A cloud that is to keep the contract: `sandbox` and `sandbox-admin` of a clouds.yaml. */
export interface CloudUnderTest {
  readonly name: 'emulator' | 'openstack';
  readonly cloudsFile: string;
}

/** The administrator's side of a cloud under test. */
export interface PreparedCloud {
  readonly name: CloudUnderTest['name'];
  readonly admin: OpenStackClient;
  readonly authUrl: string;
  readonly seeds: Seeds;
  /** Makes a project with an ordinary user in it, who has the roles that the user `demo` has. */
  readonly makeTenant: (signal: AbortSignal) => Promise<Tenant>;
  readonly close: () => Promise<void>;
}

/** A project and its user. */
export interface Tenant {
  readonly project: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly password: string };
}

const idSchema = z.looseObject({ id: z.string() });

/** Logs in as the administrator and looks up what every case needs. */
export async function prepareCloud({ name, cloudsFile }: CloudUnderTest): Promise<PreparedCloud> {
  const source = { cloudsFile, env: {} };
  const { auth } = await loadCloud({ ...source, cloud: 'sandbox-admin' });
  const admin = await connect({ ...source, cloud: 'sandbox-admin' });
  await using demo = await connect({ ...source, cloud: 'sandbox' });
  const identity = admin.identity.service;
  const roles = await rolesOf(admin, await demo.identity.token());
  const [image, flavor, network] = await Promise.all([
    only(admin.image.images.list({ name: 'ubuntu-24.04-kube-v1.36.3' }).all(), 'image'),
    only(admin.compute.flavors.list().all(), 'flavor', 'm1.small'),
    only(admin.network.networks.list({ name: 'public' }).all(), 'network'),
  ]);
  const makeTenant = async (signal: AbortSignal): Promise<Tenant> => {
    const label = `contract-${randomBytes(6).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    const make = async (one: 'project' | 'user', values: object) => {
      const schema = z.looseObject({ [one]: idSchema });
      const answer = await identity.json('POST', `/${one}s`, schema, { json: { [one]: values }, signal });
      return idSchema.parse(answer[one]).id;
    };
    const [project, user] = await Promise.all([
      make('project', { name: label, domain_id: 'default' }),
      make('user', { name: label, domain_id: 'default', password }),
    ]);
    for (const role of roles)
      await identity.request('PUT', `/projects/${project}/users/${user}/roles/${role}`, { signal });
    return { project: { id: project, name: label }, user: { id: user, name: label, password } };
  };
  const seeds: Seeds = { image, flavor, externalNetwork: network };
  return { name, admin, authUrl: auth.auth_url ?? '', seeds, makeTenant, close: () => admin.close() };
}

async function only(
  found: Promise<readonly { id: string; name?: string | null | undefined }[]>,
  noun: string,
  name?: string,
): Promise<string> {
  const [one] = (await found).filter((item) => name === undefined || item.name === name);
  if (one === undefined) throw new Error(`the cloud has no ${noun} that the contract's cases need`);
  return one.id;
}
