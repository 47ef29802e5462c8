import { afterAll, beforeAll, expect, it } from 'vitest';
import { Clouds } from '../../../activities/cloud/clouds.ts';
import { type ClusterApiAddress, ensureApi } from '../../../activities/api/ensure-api.ts';
import { type ClusterFacts, preFlight } from '../../../activities/cloud/pre-flight/pre-flight.ts';
import { clusterSpecSchema, type ClusterSpecInput } from '../../../model/index.ts';
import { VaultClient } from '../../../vault/index.ts';
import { type EmulatedCloud, startEmulatedCloud } from '../../support/emulated-cloud.ts';
import { inActivity } from '../../support/in-activity.ts';
import { makeOwnNetwork, type OwnNetwork } from '../../support/own-network.ts';

// Nobody listens there.
const NO_VAULT = new VaultClient({ address: 'http://127.0.0.1:1', token: () => Promise.resolve('') });

let emulated: EmulatedCloud;
let own: OwnNetwork;
beforeAll(async () => {
  emulated = await startEmulatedCloud();
  own = await makeOwnNetwork(emulated.cloud.client, { cidr: '10.99.0.0/24' });
});
afterAll(() => emulated.close());

/** A cluster on the user's own network. */
function specOf(name: string, api: ClusterSpecInput['api']) {
  const network = { networkId: own.network.id, subnetId: own.subnet.id };
  return clusterSpecSchema.parse({ name, cloud: 'sandbox', network, api, controlPlane: { count: 1 } });
}

async function factsOf(name: string, api: ClusterSpecInput['api']): Promise<ClusterFacts> {
  const { facts, problems } = await inActivity(() => preFlight(emulated.cloud, specOf(name, api), `${name}-aaaaaa`));
  expect(problems).toEqual([]);
  return facts;
}

async function ensure(name: string, api: ClusterSpecInput['api'], facts: ClusterFacts): Promise<ClusterApiAddress> {
  const { network, subnet } = own;
  const { client } = emulated.cloud;
  const group = await client.network.securityGroups.create({ name });
  // The credential's way through Vault has tests of its own.
  class OneCloud extends Clouds {
    override get() {
      return Promise.resolve(emulated.cloud);
    }
  }
  const input = {
    id: `${name}-aaaaaa`,
    spec: specOf(name, api),
    machines: [`${name}-aaaaaa-cp-0`],
    facts,
    network: { networkId: network.id, subnetId: subnet.id, cidr: subnet.cidr },
    securityGroupId: group.id,
  };
  return inActivity(() => ensureApi({ clouds: new OneCloud(NO_VAULT) })(input));
}

it('leaves a floating IP where it is that somebody took after the pre-flight', async () => {
  const { floatingIps, ports } = emulated.cloud.client.network;
  const api = { floatingIp: own.floatingIp.floating_ip_address };
  const facts = await factsOf('ceres', api);
  const web = await ports.create({ network_id: own.network.id, name: 'web' });
  await floatingIps.update(own.floatingIp.id, { port_id: web.id });
  await expect(ensure('ceres', api, facts)).rejects.toThrow(/floating IP .* is on port .*nothing was changed/);
  expect((await floatingIps.get(own.floatingIp.id)).port_id).toBe(web.id);
  await floatingIps.update(own.floatingIp.id, { port_id: null });
  await expect(ensure('ceres', api, facts)).resolves.toMatchObject({ floatingIp: api.floatingIp });
  await expect(ensure('ceres', api, await factsOf('ceres', api))).resolves.toMatchObject({
    floatingIp: api.floatingIp,
  });
});

it('asks of OVN what OVN can do: its one algorithm, and no allowed CIDRs, which the machines’ security group has', async () => {
  const { listeners, loadBalancers, pools } = emulated.cloud.client.loadBalancer;
  const api = { loadBalancerProvider: 'ovn', allowedCidrs: ['192.0.2.0/24'], public: false };
  const { loadBalancerId } = await ensure('pallas', api, await factsOf('pallas', api));
  const made = await loadBalancers.get(loadBalancerId);
  expect(made.provider).toBe('ovn');
  expect((await listeners.get(made.listeners[0]?.id ?? '')).allowed_cidrs).toBe(null);
  expect((await pools.get(made.pools[0]?.id ?? '')).lb_algorithm).toBe('SOURCE_IP_PORT');
});

it('asks of amphorae what they can do, where no provider is named and there are several', async () => {
  const { listeners, loadBalancers, pools } = emulated.cloud.client.loadBalancer;
  const api = { allowedCidrs: ['192.0.2.0/24'], public: false };
  const { loadBalancerId } = await ensure('juno', api, await factsOf('juno', api));
  const made = await loadBalancers.get(loadBalancerId);
  expect(made.provider).toBe('amphora');
  expect((await listeners.get(made.listeners[0]?.id ?? '')).allowed_cidrs).toEqual(['192.0.2.0/24', '10.99.0.0/24']);
  expect((await pools.get(made.pools[0]?.id ?? '')).lb_algorithm).toBe('ROUND_ROBIN');
});
