import { ConfigurationError } from 'openstack-client-ts';
import { clusterSpecSchema, CONTROL_PLANE_GROUP } from '../../model/index.ts';
import { type Cloud, NEEDED_MICROVERSIONS } from './clouds.ts';
import { grantable } from './grantable-roles.ts';
import { listed } from './ownership.ts';
import { carriesControlPlane } from './pre-flight/machines.ts';
import { checkQuotas } from './pre-flight/quotas.ts';
import { startReport } from './pre-flight/report.ts';
import { call } from './session.ts';

/** One look at a cloud: what was found, or what is missing and what to do about it. */
export interface CloudLook {
  readonly id: string;
  readonly title: string;
  readonly fix: string;
  /** Returns what was found; throws when it is not enough. */
  readonly look: (cloud: Cloud) => Promise<string>;
}

/** Whether Keystone gives a token for a project. */
export const CREDENTIAL: CloudLook = {
  id: 'cloud.credential',
  title: 'Credential',
  fix: 'put a valid credential of a project into Vault: slipway cloud add',
  look: async ({ client }) => {
    const { project, user } = await client.authenticate(call());
    if (project === undefined) throw new Error(`the credential of ${user.name} is for no project`);
    return `${user.name} in project ${project.name}`;
  },
};

/** Roles that may make things by the services' own policies; `_member_` is its name of old. */
const WRITERS = ['member', '_member_', 'manager', 'admin'];
const NOVA = NEEDED_MICROVERSIONS.compute;
/** What Slipway uses of Neutron beyond its core. */
const EXTENSIONS = ['router', 'external-net', 'security-group', 'standard-attr-description', 'quota_details'];

/** The looks that need no specification. */
export const LOOKS: readonly CloudLook[] = [
  {
    id: 'cloud.roles',
    title: 'Roles',
    fix: 'have the role member assigned to the credential’s user in this project; an application credential has the roles of the time when it was made',
    look: async ({ client }) => {
      const { roles } = await client.authenticate(call());
      const names = roles.map(({ name }) => name ?? '').sort();
      if (!names.some((name) => WRITERS.includes(name)))
        throw new Error(`${names.join(', ') || 'none'}: none of them may make anything`);
      return names.join(', ');
    },
  },
  {
    id: 'cloud.applicationCredentials',
    title: 'Application credentials for clusters',
    fix: 'give Slipway a password, or an application credential made with --unrestricted: slipway cloud add',
    // Only addons that speak with the cloud need it; whether a cluster can have them is the pre-flight's to say.
    look: async (cloud) => {
      const { restricted, roles } = await grantable(cloud);
      if (restricted)
        return 'none: Slipway’s own is a restricted one, so that clusters can have no addons that speak with the cloud';
      return roles.length === 0 ? 'none: clusterRoles of the cloud names no role of Slipway’s' : roles.join(', ');
    },
  },
  {
    id: 'cloud.compute',
    title: 'Compute service',
    fix: `Slipway needs Nova with microversion ${NOVA} (release Train) or newer; ask the cloud’s operator`,
    // Machines are found by a filter of this version: the client refuses an answer in another one, whatever the service
    // announces.
    look: async ({ client: { compute } }) => {
      await compute.service.request('GET', '/servers', { ...call(), query: { limit: 1 } });
      const range = await compute.service.microversions(call());
      return `answers in the microversion that it is asked for; it has ${range?.min ?? ''} to ${range?.max ?? ''}`;
    },
  },
  {
    id: 'cloud.images',
    title: 'Images with a Kubernetes version',
    fix: 'upload an image made by image-builder; its property kube_version says which Kubernetes it holds',
    look: async ({ client }) => {
      const images = await listed(client.image.images, { status: 'active' });
      const versions = images.flatMap((image) =>
        typeof image['kube_version'] === 'string' ? [image['kube_version']] : [],
      );
      if (versions.length === 0)
        throw new Error(`none of ${images.length} active images has the property kube_version`);
      return [...new Set(versions)].sort().join(', ');
    },
  },
  {
    id: 'cloud.flavors',
    title: 'Flavors for a control plane (2 vCPUs, 2 GiB)',
    fix: 'ask the cloud’s operator for a flavor with at least 2 vCPUs and 2 GiB',
    look: async ({ client }) => {
      const flavors = await listed(client.compute.flavors);
      const enough = flavors.filter(carriesControlPlane);
      if (enough.length === 0) throw new Error(`none of ${flavors.length} flavors is large enough`);
      return enough
        .map(({ name }) => name)
        .sort()
        .slice(0, 8)
        .join(', ');
    },
  },
  {
    id: 'cloud.networkService',
    title: 'Network service',
    fix: 'Slipway needs Neutron with these extensions; ask the cloud’s operator',
    look: async ({ client }) => {
      const known = new Set((await client.network.extensions(call())).map(({ alias }) => alias));
      const missing = EXTENSIONS.filter((alias) => !known.has(alias));
      if (missing.length > 0) throw new Error(`extensions are missing: ${missing.join(', ')}`);
      return EXTENSIONS.join(', ');
    },
  },
  {
    id: 'cloud.network',
    title: 'External network',
    fix: 'name your own network, subnet and router in the spec, and set api.public to false',
    look: async ({ client }) => {
      const networks = await listed(client.network.networks, { 'router:external': true });
      if (networks.length === 0) throw new Error('there is none');
      const names = networks.map(({ name }) => name).join(', ');
      return networks.length === 1 ? names : `${names}; set network.externalNetwork in the spec`;
    },
  },
  {
    id: 'cloud.loadBalancer',
    title: 'Load balancer service',
    fix: 'Slipway needs Octavia; ask the cloud’s operator, and whether its policy asks for the role load-balancer_member',
    look: async ({ client: { loadBalancer } }) => {
      const [balancers, providers] = await Promise.all([
        listed(loadBalancer.loadBalancers),
        loadBalancer.providers(call()),
      ]);
      return `providers ${providers.map(({ name }) => name).join(', ')}; load balancers in the project: ${balancers.length}`;
    },
  },
  {
    id: 'cloud.volumes',
    title: 'Volume types',
    fix: 'do without rootVolume in the spec, or ask the cloud’s operator for Cinder with a volume type',
    look: async ({ client }) => {
      try {
        const types = await listed(client.blockStorage.types);
        return types.map(({ name }) => name).join(', ') || 'none: rootVolume needs a default type';
      } catch (error) {
        // Only rootVolume needs it.
        if (error instanceof ConfigurationError) return 'no block storage: machines cannot have a rootVolume';
        throw error;
      }
    },
  },
  {
    id: 'cloud.rateLimit',
    title: 'Rate limit',
    fix: 'let Slipway ask less often: slipway cloud add … --requests-per-second N; the limit is for each worker',
    look: ({ refused: { count, last }, settings }) => {
      const limit = `this worker sends at most ${settings.requestsPerSecond} requests a second`;
      if (last === undefined) return Promise.resolve(`none was met; ${limit}`);
      const words = `${last.service} refused a request at ${last.time.toISOString()} (HTTP 429), one of ${count}`;
      return Promise.reject(new Error(`${words}; ${limit}`));
    },
  },
];

/** Whether a small cluster fits into the quota, with the smallest flavor that will do. */
export const SMALL_CLUSTER: CloudLook = {
  id: 'cloud.quota',
  title: 'Quota for a small cluster (1 + 2)',
  fix: 'ask the cloud’s operator for a larger quota',
  look: async (cloud) => {
    const flavors = await listed(cloud.client.compute.flavors);
    const [smallest] = flavors.filter(carriesControlPlane).sort((a, b) => a.vcpus - b.vcpus || a.ram - b.ram);
    const nodeGroups = [{ name: 'workers', count: 2 }];
    const spec = clusterSpecSchema.parse({ name: 'small', cloud: 'any', controlPlane: { count: 1 }, nodeGroups });
    const chosen = smallest === undefined ? {} : { [CONTROL_PLANE_GROUP]: smallest, workers: smallest };
    const { report, problems } = startReport();
    const needs = await checkQuotas(cloud, spec, chosen, undefined, report);
    if (problems().length > 0) throw new Error(problems().join('; '));
    return needs;
  },
};
