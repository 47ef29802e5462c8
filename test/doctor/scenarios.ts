import type { ClusterSpecInput } from '../../model/index.ts';
import { KUBERNETES_VERSION, type Tenant } from './tenant.ts';

/** How the doctor is to look once the thing is gone, and what gives it back. */
export interface Taken {
  readonly auth?: Readonly<Record<string, string>>;
  readonly change?: Partial<ClusterSpecInput>;
  readonly back?: () => Promise<unknown>;
}

/** What is taken from a tenant, and what the doctor must then say. */
export interface Scenario {
  readonly name: string;
  /** Only the real services can lack it. */
  readonly realOnly?: boolean;
  readonly take: (tenant: Tenant, signal: AbortSignal) => Promise<Taken> | Taken;
  /** The check that fails, and its words. */
  readonly check: string;
  readonly says: RegExp;
}

type Service = Parameters<Tenant['setQuota']>[0];

const quota = (service: Service, values: Readonly<Record<string, number>>, says: RegExp): Scenario => ({
  name: `quota ${Object.keys(values).join(', ')} of ${service}`,
  check: 'cloud.cluster',
  says,
  take: async (tenant, signal) => {
    await tenant.setQuota(service, values, signal);
    return { back: () => tenant.setQuota(service, undefined, signal) };
  },
});

/** Everything that Slipway needs of a cloud, one after the other. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'the right password',
    check: 'cloud.credential',
    says: /HTTP 401.*credential is valid/,
    take: (tenant) => ({ auth: { ...tenant.auth(), password: 'wrong' } }),
  },
  {
    name: 'the application credential',
    check: 'cloud.credential',
    says: /HTTP 40[14]/,
    take: async (tenant, signal) => {
      const { auth, remove } = await tenant.applicationCredential(signal);
      await remove();
      return { auth };
    },
  },
  {
    name: 'a project',
    check: 'cloud.credential',
    says: /is for no project/,
    take: (tenant) => {
      const { username = '', password = '', user_domain_id = '' } = tenant.auth();
      return { auth: { username, password, user_domain_id } };
    },
  },
  {
    name: 'the role member',
    check: 'cloud.roles',
    says: /none of them may make anything/,
    take: async (tenant, signal) => {
      await tenant.setRole('reader', true, signal);
      await tenant.setRole('member', false, signal);
      return { back: () => tenant.setRole('member', true, signal) };
    },
  },
  quota('compute', { instances: 2 }, /quota instances: needs 3, 2 of 2 are free/),
  quota('compute', { cores: 5 }, /quota cores: needs 6, 5 of 5 are free/),
  quota('compute', { ram: 6000 }, /quota ram \(MiB\): needs 6144, 6000 of 6000 are free/),
  quota('compute', { server_groups: 1 }, /quota server_groups: needs 2, 1 of 1 are free/),
  quota('compute', { server_group_members: 1 }, /quota server_group_members: needs 2, 1 of 1 are free/),
  quota('network', { network: 0, router: 0 }, /quota network: needs 1, 0 of 0 are free.*quota router/),
  quota('network', { port: 4 }, /quota port: needs 5, 4 of 4 are free/),
  quota('network', { floatingip: 0 }, /quota floatingip: needs 1, 0 of 0 are free/),
  quota('network', { security_group: 1 }, /quota security_group: needs 2, [01] of 1 are free/),
  quota('block-storage', { volumes: 2 }, /quota volumes: needs 3, 2 of 2 are free/),
  quota('block-storage', { gigabytes: 29 }, /quota gigabytes: needs 30, 29 of 29 are free/),
  quota('load-balancer', { load_balancer: 0 }, /quota load_balancer: needs 1, 0 of 0 are free/),
  {
    name: 'the flavor',
    check: 'cloud.cluster',
    says: /flavor doctor-\w+ of control-plane does not exist; there are m1/,
    take: async (tenant, signal) => {
      await tenant.removeFlavor();
      return { back: () => tenant.makeFlavor(signal) };
    },
  },
  {
    name: 'the image’s property kube_version',
    check: 'cloud.cluster',
    says: /no active image has the property kube_version=v1\.36\.999/,
    take: async (tenant, signal) => {
      await tenant.setKubeVersion(undefined, signal);
      return { back: () => tenant.setKubeVersion(`v${KUBERNETES_VERSION}`, signal) };
    },
  },
  {
    name: 'the external network',
    check: 'cloud.cluster',
    says: /external network doctor-\w+ does not exist or is not unique/,
    take: async (tenant, signal) => {
      await tenant.removeExternalNetwork();
      return { back: () => tenant.makeExternalNetwork(signal) };
    },
  },
  {
    name: 'the load balancer provider',
    check: 'cloud.cluster',
    says: /load balancer provider f5 does not exist; there are amphora/,
    take: () => ({ change: { api: { loadBalancerProvider: 'f5' } } }),
  },
  {
    name: 'the volume type',
    check: 'cloud.cluster',
    says: /volume type nvme does not exist; there are .*ssd/,
    take: () => ({
      change: { controlPlane: { count: 1, flavor: 'm1.medium', rootVolume: { sizeGiB: 10, type: 'nvme' } } },
    }),
  },
  {
    name: 'Octavia in the catalogue',
    realOnly: true,
    check: 'cloud.loadBalancer',
    says: /load-balancer/,
    take: async (tenant, signal) => {
      await tenant.setService('load-balancer', false, signal);
      return { back: () => tenant.setService('load-balancer', true, signal) };
    },
  },
];
