import { randomBytes } from 'node:crypto';
import { connect, NotFoundError, type OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import type { ClusterSpecInput } from '../../model/index.ts';

type Json = Readonly<Record<string, unknown>>;

const idSchema = z.looseObject({ id: z.string() });
const namedSchema = z.looseObject({ id: z.string(), name: z.string() });
const endpointSchema = z.looseObject({ id: z.string(), service_id: z.string() });
const serviceSchema = z.looseObject({ id: z.string(), type: z.string() });

/** The Kubernetes version that only the tenant's image has. */
export const KUBERNETES_VERSION = '1.36.999';

/** Where the quotas of each service are, and the name of the object that they are sent in. */
const QUOTAS = {
  compute: { path: '/os-quota-sets', object: 'quota_set' },
  'block-storage': { path: '/os-quota-sets', object: 'quota_set' },
  network: { path: '/quotas', object: 'quota' },
  'load-balancer': { path: '/lbaas/quotas', object: 'quota' },
} as const;

/** Something that was made, and what takes it away. */
export interface Made {
  readonly id: string;
  readonly back: () => Promise<unknown>;
}

/** The range of the tenant's external network: it is nobody's (RFC 5737). */
const EXTERNAL_CIDR = '198.51.100.0/24';

/**
 * A project with a user, a flavor, an image and an external network of its own, made by the cloud's administrator: what
 * is then taken away is missing for nobody else. Everything is removed by `close`.
 */
export class Tenant {
  readonly name = `doctor-${randomBytes(3).toString('hex')}`;
  readonly password = randomBytes(12).toString('hex');
  readonly #admin: OpenStackClient;
  readonly #authUrl: string;
  readonly #undo: (() => Promise<unknown>)[] = [];
  #projectId = '';
  #userId = '';
  #roles = new Map<string, string>();
  #imageId = '';
  #flavorId = '';
  #externalNetworkId = '';
  #user: OpenStackClient | undefined;

  private constructor(admin: OpenStackClient, authUrl: string) {
    this.#admin = admin;
    this.#authUrl = authUrl;
  }

  /** @param cloudsFile clouds.yaml with the administrator's entry, `sandbox-admin` */
  static async create(cloudsFile: string, signal: AbortSignal): Promise<Tenant> {
    const admin = await connect({ cloud: 'sandbox-admin', cloudsFile, env: {}, signal });
    const tenant = new Tenant(admin, await admin.service('identity').endpoint({ signal }));
    try {
      await tenant.#make(signal);
      return tenant;
    } catch (error) {
      await tenant.close();
      throw error;
    }
  }

  get projectId(): string {
    return this.#projectId;
  }

  get externalNetworkId(): string {
    return this.#externalNetworkId;
  }

  /** The tenant's entry for Vault, or one with another `auth`. */
  entry(auth: Json = this.auth(), settings: Json = {}): Record<string, unknown> {
    return { cloud: { auth: { auth_url: this.#authUrl, ...auth } }, settings };
  }

  auth(): Record<string, string> {
    const { name, password } = this;
    const domains = { user_domain_id: 'default', project_domain_id: 'default' };
    return { username: name, password, project_name: name, ...domains };
  }

  /** A cluster that needs everything that the tenant has. */
  spec(cloud: string): ClusterSpecInput {
    const machines = { flavor: this.name, rootVolume: { sizeGiB: 10, type: 'ssd' } };
    return {
      name: 'doctor',
      cloud,
      kubernetes: { version: KUBERNETES_VERSION },
      controlPlane: { count: 1, ...machines },
      nodeGroups: [{ name: 'workers', count: 2, ...machines }],
      network: { externalNetwork: this.name },
      api: { loadBalancerProvider: 'amphora' },
    };
  }

  /** The client of the tenant's user. */
  async user(signal: AbortSignal): Promise<OpenStackClient> {
    this.#user ??= await connect({ auth: { auth_url: this.#authUrl, ...this.auth() }, signal });
    return this.#user;
  }

  /** Makes one more thing, as the administrator; the function takes it away. */
  async make(service: string, path: string, one: string, values: Json, signal: AbortSignal): Promise<Made> {
    const id = await this.#create(service, path, one, values, signal);
    return { id, back: () => this.#remove(service, `${path}/${id}`) };
  }

  /** Makes one more image; without content it stays `queued`. */
  async image(values: Json, content: string | undefined, signal: AbortSignal): Promise<Made> {
    const { images } = this.#admin.image;
    const plain = { name: `${this.name}-${randomBytes(3).toString('hex')}`, visibility: 'public' as const };
    const formats = { container_format: 'bare', disk_format: 'raw' };
    const { id } = await images.create({ ...plain, ...formats, ...values }, { signal });
    const back = () => images.delete(id, { missingOk: true });
    this.#undo.push(back);
    if (content !== undefined) await images.upload(id, content, { signal });
    return { id, back };
  }

  /** Changes something, as the administrator. */
  async change(service: string, path: string, json: Json, signal: AbortSignal): Promise<void> {
    await this.#admin.service(service).request('PUT', path, { json, signal });
  }

  /** Makes an application credential of the tenant's user. */
  async applicationCredential(
    signal: AbortSignal,
  ): Promise<{ auth: Record<string, string>; remove: () => Promise<void> }> {
    const auth = { auth_url: this.#authUrl, ...this.auth() };
    const user = await connect({ auth, signal });
    const { id, secret = '' } = await user.identity.applicationCredentials.create({ name: this.name }, { signal });
    return {
      auth: { application_credential_id: id, application_credential_secret: secret },
      remove: async () => {
        await user.identity.applicationCredentials.delete(id, { signal });
        await user.close();
      },
    };
  }

  async setRole(role: string, assigned: boolean, signal: AbortSignal): Promise<void> {
    const path = `/projects/${this.#projectId}/users/${this.#userId}/roles/${this.#roles.get(role) ?? ''}`;
    await this.#admin.service('identity').request(assigned ? 'PUT' : 'DELETE', path, { signal });
  }

  /** Sets quotas of the project; those of a service are its stock ones again with `undefined`. */
  async setQuota(service: keyof typeof QUOTAS, quota: Json | undefined, signal: AbortSignal): Promise<void> {
    const { path, object } = QUOTAS[service];
    const request = this.#admin.service(service);
    const url = `${path}/${this.#projectId}`;
    if (quota === undefined) await request.request('DELETE', url, { signal });
    else await request.request('PUT', url, { json: { [object]: quota }, signal });
  }

  async setKubeVersion(version: string | undefined, signal: AbortSignal): Promise<void> {
    const path = '/kube_version';
    const change =
      version === undefined ? { op: 'remove' as const, path } : { op: 'add' as const, path, value: version };
    await this.#admin.image.images.patch(this.#imageId, [change], { signal });
  }

  /** Hides services from the project's catalogue, or shows them again (Keystone API: OS-EP-FILTER). */
  async setService(types: readonly string[], shown: boolean, signal: AbortSignal): Promise<void> {
    const identity = this.#admin.service('identity');
    const services = await identity.list('/services', 'services', serviceSchema, { signal });
    const hidden = services.filter(({ type }) => types.includes(type)).map(({ id }) => id);
    for (const { id, service_id } of await identity.list('/endpoints', 'endpoints', endpointSchema, { signal })) {
      if (hidden.includes(service_id)) continue;
      const path = `/OS-EP-FILTER/projects/${this.#projectId}/endpoints/${id}`;
      await identity.request(shown ? 'DELETE' : 'PUT', path, { signal });
    }
  }

  async close(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
    await this.#user?.close();
    await this.#admin.close();
  }

  async #make(signal: AbortSignal): Promise<void> {
    const { name, password } = this;
    const identity = this.#admin.service('identity');
    const roles = await identity.list('/roles', 'roles', namedSchema, { signal });
    this.#roles = new Map(roles.map((role) => [role.name, role.id]));
    this.#projectId = await this.#create('identity', '/projects', 'project', { name, domain_id: 'default' }, signal);
    this.#userId = await this.#create('identity', '/users', 'user', { name, password, domain_id: 'default' }, signal);
    for (const role of ['member', 'load-balancer_member']) {
      if (this.#roles.has(role)) await this.setRole(role, true, signal);
    }
    await this.makeFlavor(signal);
    await this.makeExternalNetwork(signal);
    const { images } = this.#admin.image;
    const properties = { kube_version: `v${KUBERNETES_VERSION}`, visibility: 'public' as const };
    const image = await images.create(
      { name, container_format: 'bare', disk_format: 'raw', ...properties },
      { signal },
    );
    this.#imageId = image.id;
    this.#undo.push(() => images.delete(image.id, { missingOk: true }));
    await images.upload(image.id, 'not an image', { signal });
  }

  async makeFlavor(signal: AbortSignal): Promise<void> {
    const flavor = { name: this.name, vcpus: 2, ram: 2048, disk: 20 };
    this.#flavorId = await this.#create('compute', '/flavors', 'flavor', flavor, signal);
  }

  async removeFlavor(): Promise<void> {
    await this.#remove('compute', `/flavors/${this.#flavorId}`);
  }

  async makeExternalNetwork(signal: AbortSignal): Promise<void> {
    const network = { name: this.name, 'router:external': true };
    this.#externalNetworkId = await this.#create('network', '/networks', 'network', network, signal);
    const range = { ip_version: 4, cidr: EXTERNAL_CIDR, enable_dhcp: false };
    const subnet = { name: this.name, network_id: this.#externalNetworkId, ...range };
    await this.#create('network', '/subnets', 'subnet', subnet, signal);
  }

  async removeExternalNetwork(): Promise<void> {
    await this.#remove('network', `/networks/${this.#externalNetworkId}`);
  }

  async #create(service: string, path: string, one: string, values: Json, signal: AbortSignal): Promise<string> {
    const schema = z.looseObject({ [one]: idSchema }).transform((answer) => idSchema.parse(answer[one]).id);
    const id = await this.#admin.service(service).json('POST', path, schema, { json: { [one]: values }, signal });
    this.#undo.push(() => this.#remove(service, `${path}/${id}`));
    return id;
  }

  async #remove(service: string, path: string): Promise<void> {
    await this.#admin
      .service(service)
      .request('DELETE', path)
      .catch((error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error;
      });
  }
}
