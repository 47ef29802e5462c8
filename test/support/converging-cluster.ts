import { connect, type LoadBalancer, type OpenStackClient, type Port } from 'openstack-client-ts';
import { onTestFinished } from 'vitest';
import { type ClusterApiAddress, ensureApi } from '../../activities/api/ensure-api.ts';
import { repairApi } from '../../activities/api/repair-api.ts';
import { Clouds } from '../../activities/cloud/clouds.ts';
import { preFlight } from '../../activities/cloud/pre-flight/pre-flight.ts';
import { ensureNetwork } from '../../activities/network/ensure-network.ts';
import { type ClusterSecurityGroups, ensureSecurityGroups } from '../../activities/network/ensure-security-groups.ts';
import {
  clusterSpecSchema,
  type ClusterSpecInput,
  CONTROL_PLANE_GROUP,
  controlPlaneName,
  controlPlaneNames,
  groupTag,
  ownerTag,
} from '../../model/index.ts';
import { VaultClient } from '../../vault/index.ts';
import type { EmulatedCloud } from './emulated-cloud.ts';
import { inActivity } from './in-activity.ts';

// Nobody listens there.
const NO_VAULT = new VaultClient({ address: 'http://127.0.0.1:1', token: () => Promise.resolve('') });

type Api = ClusterSpecInput['api'];

/** A cluster's network, firewall and way in, made by the activities in an emulated cloud. */
export interface ConvergingCluster {
  readonly id: string;
  /** A person's, who changes things by hand. */
  readonly person: OpenStackClient;
  /** The creation's call, after the repairing one when `repaired`. */
  readonly create: (options?: { readonly repaired: boolean }) => Promise<ClusterApiAddress>;
  /** The call for a living cluster, to this specification of the API from now on. */
  readonly converge: (api?: Api) => Promise<ClusterApiAddress>;
  /** Brings the security groups to this specification. */
  readonly firewall: (api?: Api) => Promise<ClusterSecurityGroups>;
  /** Control planes with these serial numbers, servers on ports of their own. */
  readonly boot: (...serials: number[]) => Promise<void>;
  readonly balancer: () => Promise<LoadBalancer>;
  readonly port: (name: string) => Promise<Port>;
  /** What the activities have changed since the last look: method and path. */
  readonly changes: () => string[];
}

/** Makes network and firewall; the way in is made by `create`. To be called within a test. */
export async function startConvergingCluster(
  emulated: EmulatedCloud,
  name: string,
  api: Api = {},
): Promise<ConvergingCluster> {
  const id = `${name}-aaaaaa`;
  const person = emulated.cloud.client;
  let changed: string[] = [];
  const client = await connect({
    ...{ cloud: 'sandbox', cloudsFile: emulated.cloudsFile, env: {} },
    hooks: {
      afterResponse: ({ method, url }) => {
        const { pathname } = new URL(url);
        if (method !== 'GET' && !pathname.includes('/auth/')) changed.push(`${method} ${pathname}`);
      },
    },
  });
  onTestFinished(() => client.close());
  // The credential's way through Vault has tests of its own.
  class OneCloud extends Clouds {
    override get() {
      return Promise.resolve({ ...emulated.cloud, client });
    }
  }
  const deps = { clouds: new OneCloud(NO_VAULT) };
  const specOf = (wanted: Api) =>
    clusterSpecSchema.parse({ name, cloud: 'sandbox', api: wanted, controlPlane: { count: 3 }, nodeGroups: [] });
  const { facts } = await inActivity(() => preFlight(emulated.cloud, specOf(api), id));
  const network = await inActivity(() => ensureNetwork(deps)({ id, spec: specOf(api), facts }));
  let last: Api = api;
  const firewall = (wanted: Api = last) => {
    last = wanted;
    return inActivity(() => ensureSecurityGroups(deps)({ id, spec: specOf(wanted), cidr: network.cidr }));
  };
  const { controlPlane: securityGroupId } = await firewall();
  const ensure = (wanted: Api, machines?: readonly string[]) => {
    last = wanted;
    const input = { id, spec: specOf(wanted), facts, network, securityGroupId, machines };
    return inActivity(() => ensureApi(deps)(input));
  };
  const balancer = async () => {
    const [one, ...more] = await person.loadBalancer.loadBalancers.list({ tags: [ownerTag(id)] });
    if (one === undefined || more.length > 0)
      throw new Error(`there are ${more.length + (one ? 1 : 0)} load balancers`);
    return person.loadBalancer.loadBalancers.waitActive(one.id, { deadlineMs: 10_000 });
  };
  const port = async (wanted: string) => {
    const [found] = await person.network.ports.list({ name: wanted });
    if (found === undefined) throw new Error(`there is no port ${wanted}`);
    return found;
  };
  return {
    ...{ id, person, firewall, balancer, port },
    create: async (options) => {
      if (options?.repaired === true) await inActivity(() => repairApi(deps)({ id, spec: specOf(last), network }));
      return ensure(last, controlPlaneNames(id, 3));
    },
    converge: (wanted = last) => ensure(wanted),
    boot: async (...serials) => {
      const { flavorIds, imageIds } = facts;
      for (const serial of serials) {
        const machine = controlPlaneName(id, serial);
        const [found] = await person.network.ports.list({ name: machine });
        const made =
          found ??
          (await person.network.ports.create({
            ...{ network_id: network.networkId, name: machine, description: ownerTag(id) },
            fixed_ips: [{ subnet_id: network.subnetId }],
          }));
        const { id: server } = await person.compute.servers.create({
          ...{ name: machine, networks: [{ port: made.id }], tags: [ownerTag(id), groupTag(CONTROL_PLANE_GROUP)] },
          flavorRef: flavorIds[CONTROL_PLANE_GROUP] ?? '',
          imageRef: imageIds[CONTROL_PLANE_GROUP] ?? '',
        });
        await person.compute.servers.waitActive(server, { deadlineMs: 10_000 });
      }
    },
    changes: () => {
      const seen = changed;
      changed = [];
      return seen;
    },
  };
}
