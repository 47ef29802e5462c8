import { OpenStackError } from 'openstack-client-ts';
import type { CheckCloudInput, CloudReport, DoctorCheck } from '../../model/index.ts';
import type { Cloud, Clouds } from './clouds.ts';
import { call } from './session.ts';

/** One look at a cloud: what was found, or what is missing and what to do about it. */
interface Look {
  readonly id: string;
  readonly title: string;
  readonly fix: string;
  /** Returns what was found; throws when it is not enough. */
  readonly look: (cloud: Cloud) => Promise<string>;
}

/** Says what a cloud lacks to hold clusters. Nothing is changed; one check that fails does not hide the others. */
export const checkCloud =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ cloud: name }: CheckCloudInput): Promise<CloudReport> => {
    const cloud = await clouds.get(name);
    const credential = await check(cloud, CREDENTIAL);
    if (!credential.ok) return { checks: [credential] };
    return { checks: [credential, ...(await Promise.all(LOOKS.map((look) => check(cloud, look))))] };
  };

const CREDENTIAL: Look = {
  id: 'cloud.credential',
  title: 'Credential',
  fix: 'put a valid credential into Vault: slipway cloud add',
  look: async ({ client }) => {
    const { project, user } = await client.authenticate(call());
    return `${user.name} in project ${project?.name ?? 'none'}`;
  },
};

const LOOKS: readonly Look[] = [
  {
    id: 'cloud.images',
    title: 'Images with a Kubernetes version',
    fix: 'upload an image made by image-builder; its property kube_version says which Kubernetes it holds',
    look: async ({ client }) => {
      const images = await client.image.images.list({ status: 'active' }, call());
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
      const flavors = await client.compute.flavors.list({}, call());
      const enough = flavors.filter(({ vcpus, ram }) => vcpus >= 2 && ram >= 2048);
      if (enough.length === 0) throw new Error(`none of ${flavors.length} flavors is large enough`);
      return enough
        .map(({ name }) => name)
        .sort()
        .slice(0, 8)
        .join(', ');
    },
  },
  {
    id: 'cloud.network',
    title: 'External network',
    fix: 'name your own network, subnet and router in the spec, and set api.public to false',
    look: async ({ client }) => {
      const networks = await client.network.networks.list({ 'router:external': true }, call());
      if (networks.length === 0) throw new Error('there is none');
      const names = networks.map(({ name }) => name).join(', ');
      return networks.length === 1 ? names : `${names}; set network.externalNetwork in the spec`;
    },
  },
  {
    id: 'cloud.loadBalancer',
    title: 'Load balancer service',
    fix: 'Slipway needs Octavia; ask the cloud’s operator, and whether the role load-balancer_member is missing',
    look: async ({ client }) => {
      const balancers = await client.loadBalancer.loadBalancers.list({}, call());
      return `answers; ${balancers.length} load balancers in the project`;
    },
  },
  {
    id: 'cloud.quota',
    title: 'Quota for a small cluster (1 + 2)',
    fix: 'ask the cloud’s operator for a larger quota',
    look: async ({ client }) => {
      const limits = await client.compute.limits(call());
      const left = (limit: number, used: number) => (limit < 0 ? Number.POSITIVE_INFINITY : limit - used);
      const free = {
        instances: left(limits.maxTotalInstances, limits.totalInstancesUsed),
        cores: left(limits.maxTotalCores, limits.totalCoresUsed),
        'GiB of memory': Math.floor(left(limits.maxTotalRAMSize, limits.totalRAMUsed) / 1024),
      };
      const text = Object.entries(free)
        .map(([what, count]) => `${Number.isFinite(count) ? count : 'unlimited'} ${what}`)
        .join(', ');
      if (free.instances < 3 || free.cores < 6 || free['GiB of memory'] < 12) throw new Error(`only ${text} are free`);
      return `${text} are free`;
    },
  },
];

async function check(cloud: Cloud, { id, title, fix, look }: Look): Promise<DoctorCheck> {
  try {
    return { id, title, ok: true, detail: await look(cloud) };
  } catch (error) {
    call().signal.throwIfAborted();
    if (error instanceof OpenStackError || error instanceof Error)
      return { id, title, ok: false, detail: error.message, fix };
    throw error;
  }
}
