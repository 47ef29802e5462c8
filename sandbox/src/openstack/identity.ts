import { z } from 'zod';
import { OpenStackClient, type ServiceClient } from 'openstack-client-ts';
import { at, identityUrl, REGION, type CloudPlan } from './cloud-plan.ts';

/** The catalogue, but Keystone's own entry: what devstack registers, and volumev3 for older clients. */
function catalogue({ ports }: CloudPlan) {
  return [
    { type: 'image', name: 'glance', url: at(ports.glance) },
    { type: 'placement', name: 'placement', url: at(ports.placement) },
    { type: 'compute', name: 'nova', url: `${at(ports.nova)}/v2.1` },
    { type: 'network', name: 'neutron', url: at(ports.neutron) },
    { type: 'block-storage', name: 'cinder', url: `${at(ports.cinder)}/v3` },
    { type: 'volumev3', name: 'cinderv3', url: `${at(ports.cinder)}/v3` },
    { type: 'load-balancer', name: 'octavia', url: at(ports.octavia) },
    { type: 'dns', name: 'designate', url: at(ports.designate) },
    { type: 'object-store', name: 'swift', url: `${at(ports.swift)}/v1/AUTH_$(project_id)s` },
  ] as const;
}

/** The services' users, all in the project `service`. */
const serviceUsers = [
  ...['glance', 'placement', 'nova', 'neutron', 'cinder', 'octavia', 'designate', 'swift'],
] as const;

/** Roles that Keystone's bootstrap does not make: Octavia's (devstack plugin, add_load-balancer_roles). */
const octaviaRoles = [
  ...['load-balancer_observer', 'load-balancer_global_observer', 'load-balancer_member'],
  ...['load-balancer_admin', 'load-balancer_quota_admin'],
] as const;

const interfaces = ['public', 'internal', 'admin'] as const;

/** How the administrator and the ordinary user log in, as `auth` of clouds.yaml. */
export function userCredential(plan: CloudPlan, user: 'admin' | 'demo') {
  return {
    auth_url: identityUrl(plan),
    username: user,
    password: plan.secrets[user],
    project_name: user,
    user_domain_name: 'Default',
    project_domain_name: 'Default',
  } as const;
}

/** The cloud, as this user sees it. Close it when done. */
export function cloudOf(plan: CloudPlan, user: 'admin' | 'demo'): OpenStackClient {
  return new OpenStackClient({ auth: userCredential(plan, user), region: REGION, userAgent: 'openstack-sandbox' });
}

/**
 * Registers the services, their users and the user `demo` in a Keystone that was bootstrapped. What is there already
 * stays. https://docs.openstack.org/api-ref/identity/v3/
 */
export async function registerServices(plan: CloudPlan, signal: AbortSignal): Promise<void> {
  const client = cloudOf(plan, 'admin');
  try {
    const keystone = new Keystone(client.service('identity'), signal);
    const roleNames = ['admin', 'member', 'service', ...octaviaRoles];
    const roles = new Map(await Promise.all(roleNames.map(async (name) => [name, await keystone.role(name)] as const)));
    const roleId = (name: string) => roles.get(name) ?? '';
    const [services, demo] = await Promise.all([keystone.project('service'), keystone.project('demo')]);
    await Promise.all([
      ...serviceUsers.map(async (name) => {
        const user = await keystone.user(name, plan.secrets.service);
        for (const role of ['admin', 'service']) await keystone.grant(services, user, roleId(role));
      }),
      keystone.user('demo', plan.secrets.demo, demo).then(async (user) => {
        for (const role of ['member', 'load-balancer_member']) await keystone.grant(demo, user, roleId(role));
      }),
      keystone.find('users', 'admin').then(async (user = '') => keystone.grant(demo, user, roleId('admin'))),
      ...catalogue(plan).map((entry) => keystone.endpoints(entry)),
    ]);
  } finally {
    await client.close();
  }
}

const rowSchema = z.looseObject({ id: z.string() });
type Named = { readonly name: string } & Readonly<Record<string, unknown>>;
type Collection = 'roles' | 'projects' | 'users' | 'services';

class Keystone {
  readonly #identity: ServiceClient;
  readonly #signal: AbortSignal;

  constructor(identity: ServiceClient, signal: AbortSignal) {
    this.#identity = identity;
    this.#signal = signal;
  }

  role = (name: string) => this.#ensure('roles', 'role', { name });

  project = (name: string) => this.#ensure('projects', 'project', { name, domain_id: 'default' });

  user = (name: string, password: string, home?: string) =>
    this.#ensure('users', 'user', { name, password, domain_id: 'default', ...(home && { default_project_id: home }) });

  async grant(project: string, user: string, role: string): Promise<void> {
    await this.#identity.request('PUT', `/projects/${project}/users/${user}/roles/${role}`, { signal: this.#signal });
  }

  async endpoints({ type, name, url }: { type: string; name: string; url: string }): Promise<void> {
    const service = await this.#ensure('services', 'service', { name, type });
    const query = { service_id: service };
    const there = await this.#identity.list('/endpoints', 'endpoints', rowSchema, { query, signal: this.#signal });
    if (there.length > 0) return;
    for (const kind of interfaces) {
      const endpoint = { service_id: service, interface: kind, region_id: REGION, url };
      await this.#identity.request('POST', '/endpoints', { json: { endpoint }, signal: this.#signal });
    }
  }

  async find(collection: Collection, name: string): Promise<string | undefined> {
    const options = { query: { name }, signal: this.#signal };
    const [row] = await this.#identity.list(`/${collection}`, collection, rowSchema, options);
    return row?.id;
  }

  async #ensure(collection: Collection, one: string, values: Named): Promise<string> {
    const found = await this.find(collection, values.name);
    if (found !== undefined) return found;
    const schema = z.looseObject({ [one]: rowSchema });
    const options = { json: { [one]: values }, signal: this.#signal };
    const created = await this.#identity.json('POST', `/${collection}`, schema, options);
    return rowSchema.parse(created[one]).id;
  }
}
