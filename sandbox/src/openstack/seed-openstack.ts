import { readFile } from 'node:fs/promises';
import type { OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { externalNetwork, flavors, images, loadBalancerFlavor, volumeTypes } from '../seeds.ts';

const named = z.looseObject({ id: z.string(), name: z.string().nullable() });

/** What {@link seedOpenStack} needs besides an administrator's cloud. */
export interface SeedOptions {
  readonly externalCidr: string;
  /** A file in format qcow2: what every image holds. */
  readonly imageFile: string;
  readonly signal: AbortSignal;
}

/**
 * Makes what an operator sets up before the first user comes (../seeds.ts), through the services' own APIs. What is
 * there stays.
 */
export async function seedOpenStack(admin: OpenStackClient, options: SeedOptions): Promise<void> {
  const seed = new Seed(admin, options);
  // One request at a time to each service: it reads its policies with the first one, and refuses others that come
  // meanwhile.
  await Promise.all([
    seed.network().then(() => seed.serviceQuotas()),
    ...[seed.flavors(), seed.images(), seed.volumeTypes(), seed.loadBalancerFlavor()],
  ]);
}

class Seed {
  readonly #admin: OpenStackClient;
  readonly #options: SeedOptions;

  constructor(admin: OpenStackClient, options: SeedOptions) {
    this.#admin = admin;
    this.#options = options;
  }

  /** https://docs.openstack.org/api-ref/compute/#create-flavor */
  async flavors(): Promise<void> {
    const there = await this.#names('compute', '/flavors', 'flavors');
    for (const flavor of flavors) {
      if (!there.has(flavor.name)) await this.#post('compute', '/flavors', { flavor });
    }
  }

  /** https://docs.openstack.org/api-ref/image/v2/#create-image */
  async images(): Promise<void> {
    const { signal, imageFile } = this.#options;
    const there = await this.#admin.image.images.list({}, { signal });
    const ready = new Set(there.filter(({ status }) => status === 'active').map(({ name }) => name));
    const bytes = await readFile(imageFile);
    for (const { properties, ...image } of images) {
      if (ready.has(image.name)) continue;
      const json = { ...image, ...properties };
      const { id } = await this.#admin.service('image').json('POST', '/images', named, { json, signal });
      await this.#admin.service('image').request('PUT', `/images/${id}/file`, {
        body: bytes,
        headers: { 'content-type': 'application/octet-stream' },
        signal,
      });
    }
  }

  /** https://docs.openstack.org/api-ref/network/v2/#create-network; no DHCP, which a loopback range could not have. */
  async network(): Promise<void> {
    const { signal, externalCidr } = this.#options;
    const { networks, subnets } = this.#admin.network;
    const [found] = await networks.list({ name: externalNetwork.name }, { signal });
    const network = {
      name: externalNetwork.name,
      'router:external': true,
      is_default: true,
      'provider:network_type': 'flat',
      'provider:physical_network': externalNetwork.physicalNetwork,
    };
    const { id } = found ?? (await networks.create(network, { signal }));
    const [subnet] = await subnets.list({ network_id: id }, { signal });
    if (subnet !== undefined) return;
    const values = { network_id: id, name: externalNetwork.subnet, cidr: externalCidr, ip_version: 4 as const };
    await subnets.create({ ...values, enable_dhcp: false }, { signal });
  }

  /** Octavia's ports and security groups are in the project `service`, one of each for every load balancer. */
  async serviceQuotas(): Promise<void> {
    const { signal } = this.#options;
    const identity = this.#admin.service('identity');
    const [project] = await identity.list('/projects', 'projects', named, { query: { name: 'service' }, signal });
    if (project === undefined) throw new Error('Keystone knows no project `service`');
    const quota = { port: -1, security_group: -1, security_group_rule: -1 };
    await this.#admin.service('network').request('PUT', `/quotas/${project.id}`, { json: { quota }, signal });
  }

  /** https://docs.openstack.org/api-ref/block-storage/v3/#create-a-volume-type */
  async volumeTypes(): Promise<void> {
    const there = await this.#names('block-storage', '/types', 'volume_types');
    for (const { name } of volumeTypes) {
      if (!there.has(name)) await this.#post('block-storage', '/types', { volume_type: { name } });
    }
    // The type that Cinder's tables come with; ours is the default
    // (https://docs.openstack.org/cinder/latest/admin/default-volume-types.html).
    const stock = there.get('__DEFAULT__');
    const { signal } = this.#options;
    if (stock !== undefined)
      await this.#admin.service('block-storage').request('DELETE', `/types/${stock}`, { signal });
  }

  /** https://docs.openstack.org/api-ref/load-balancer/v2/#create-flavor-profile */
  async loadBalancerFlavor(): Promise<void> {
    const { signal } = this.#options;
    const octavia = this.#admin.service('load-balancer');
    const there = await this.#names('load-balancer', '/lbaas/flavors', 'flavors');
    if (there.has(loadBalancerFlavor.name)) return;
    const profile = { name: loadBalancerFlavor.name, provider_name: 'amphora', flavor_data: '{}' };
    const answer = z.looseObject({ flavorprofile: named });
    const options = { json: { flavorprofile: profile }, signal };
    const { flavorprofile } = await octavia.json('POST', '/lbaas/flavorprofiles', answer, options);
    const flavor = { ...loadBalancerFlavor, flavor_profile_id: flavorprofile.id, enabled: true };
    await this.#post('load-balancer', '/lbaas/flavors', { flavor });
  }

  /** Ids by name. */
  async #names(service: string, path: string, many: string): Promise<Map<string | null, string>> {
    const rows = await this.#admin.service(service).list(path, many, named, { signal: this.#options.signal });
    return new Map(rows.map(({ id, name }) => [name, id]));
  }

  async #post(service: string, path: string, json: object): Promise<void> {
    await this.#admin.service(service).request('POST', path, { json, signal: this.#options.signal });
  }
}
