import { connect, NotFoundError, type OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';

/** A resource that a list call of OpenStack shows. */
export interface CloudResource {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** All that the list shows of it. */
  readonly row: object;
}

interface ListCall {
  readonly type: string;
  readonly service: string;
  readonly path: string;
  readonly many: string;
  /** What makes an administrator see all projects, where the service does not do so by itself. */
  readonly everywhere?: { readonly query?: Record<string, string>; readonly headers?: Record<string, string> };
}

const neutron = (type: string, path: string): ListCall => {
  return { type, service: 'network', path: `/${path}`, many: path.replaceAll('-', '_') };
};
const octavia = (type: string, many: string): ListCall => {
  return { type, service: 'load-balancer', path: `/lbaas/${many}`, many };
};

/** Every list of things that a project has, service by service (https://docs.openstack.org/api-ref/). */
const LISTS: readonly ListCall[] = [
  {
    type: 'server',
    service: 'compute',
    path: '/servers/detail',
    many: 'servers',
    everywhere: { query: { all_tenants: '1' } },
  },
  {
    type: 'server group',
    service: 'compute',
    path: '/os-server-groups',
    many: 'server_groups',
    everywhere: { query: { all_projects: 'True' } },
  },
  { type: 'key pair', service: 'compute', path: '/os-keypairs', many: 'keypairs' },
  neutron('network', 'networks'),
  neutron('subnet', 'subnets'),
  neutron('port', 'ports'),
  neutron('router', 'routers'),
  neutron('floating IP', 'floatingips'),
  neutron('security group', 'security-groups'),
  octavia('load balancer', 'loadbalancers'),
  octavia('listener', 'listeners'),
  octavia('pool', 'pools'),
  octavia('health monitor', 'healthmonitors'),
  {
    type: 'volume',
    service: 'block-storage',
    path: '/volumes/detail',
    many: 'volumes',
    everywhere: { query: { all_tenants: '1' } },
  },
  {
    type: 'snapshot',
    service: 'block-storage',
    path: '/snapshots/detail',
    many: 'snapshots',
    everywhere: { query: { all_tenants: '1' } },
  },
  { type: 'image', service: 'image', path: '/images', many: 'images' },
  {
    type: 'zone',
    service: 'dns',
    path: '/zones',
    many: 'zones',
    everywhere: { headers: { 'x-auth-all-projects': 'true' } },
  },
];

const text = z.string().nullish();
const rowSchema = z
  .looseObject({ id: text, name: text, keypair: z.looseObject({ name: z.string() }).optional() })
  .transform((row) => {
    const { id, name, keypair } = row;
    return { id: id ?? keypair?.name ?? name ?? '', name: name ?? keypair?.name ?? '', row };
  });

/**
 * A cloud as the user of Slipway and its administrator see it, by the lists of OpenStack's services and nothing else.
 */
export class CloudInventory {
  readonly #user: OpenStackClient;
  readonly #admin: OpenStackClient;

  private constructor(user: OpenStackClient, admin: OpenStackClient) {
    this.#user = user;
    this.#admin = admin;
  }

  /** @param cloudsFile clouds.yaml with the entries `sandbox` and `sandbox-admin` */
  static async connect(cloudsFile: string, signal: AbortSignal): Promise<CloudInventory> {
    const user = await connect({ cloud: 'sandbox', cloudsFile, env: {}, signal });
    return new CloudInventory(user, await connect({ cloud: 'sandbox-admin', cloudsFile, env: {}, signal }));
  }

  /** Everything that the user, or any project, has. */
  async list(signal: AbortSignal): Promise<CloudResource[]> {
    const found = await ownResources(this.#user, signal);
    for (const one of LISTS) found.push(...(await rows(this.#admin, one, signal, one.everywhere)));
    return [...new Map(found.map((one) => [keyOf(one), one])).values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#user.close(), this.#admin.close()]);
  }
}

/** Everything that the lists show to a user. */
export async function ownResources(client: OpenStackClient, signal: AbortSignal): Promise<CloudResource[]> {
  const found = await containers(client, signal);
  for (const one of LISTS) found.push(...(await rows(client, one, signal)));
  return found;
}

async function rows(
  client: OpenStackClient,
  { type, service, path, many }: ListCall,
  signal: AbortSignal,
  everywhere: ListCall['everywhere'] = {},
): Promise<CloudResource[]> {
  const found = await client.service(service).list(path, many, rowSchema, { signal, ...everywhere });
  return found.filter(({ name }) => !isDefaultGroup(type, name)).map((one) => ({ type, ...one }));
}

/**
 * Neutron makes it when a project first does something with groups; for Octavia's own project that is the first load
 * balancer.
 */
const isDefaultGroup = (type: string, name: string): boolean => type === 'security group' && name === 'default';

/** Swift shows an account that holds nothing yet as 404. */
async function containers({ objectStore }: OpenStackClient, signal: AbortSignal): Promise<CloudResource[]> {
  try {
    const found = await objectStore.containers.list({}, { signal });
    return found.map((row) => ({ type: 'container', id: row.name, name: row.name, row }));
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}

const keyOf = ({ type, id }: CloudResource): string => `${type}/${id}`;

/** What is in `after` and was not in `before`. */
export function addedSince(before: readonly CloudResource[], after: readonly CloudResource[]): CloudResource[] {
  const known = new Set(before.map(keyOf));
  return after.filter((one) => !known.has(keyOf(one)));
}
