import type { LoadBalancer, LoadBalancerCreate, Port } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec, controlPlaneNames } from '../../model/index.ts';
import { ensureOne, oldestFirst } from '../lib/ensure.ts';
import { reportProgress } from '../lib/progress.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import type { Cloud, Clouds } from '../cloud/clouds.ts';
import type { ClusterNetwork } from '../network/ensure-network.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { addressOf } from '../machines/request-control-plane.ts';
import { call, neutronAge } from '../cloud/session.ts';
import { sawNone, type Survey } from '../cloud/survey-cluster.ts';

/** Less than the two minutes of a try, so that it ends with what was seen. */
const GONE_DEADLINE_MS = 100_000;

/** The API's way in: load balancer, addresses, and the control plane's ports behind it. */
export interface ClusterApiAddress {
  readonly loadBalancerId: string;
  /** The load balancer's address on the cluster's subnet, which machines use. */
  readonly vip: string;
  /** The floating IP on it. */
  readonly floatingIp?: string;
  /** `https://<address>:6443` for everybody else. */
  readonly endpoint: string;
  /** By index of the control plane machine. */
  readonly ports: readonly { readonly id: string; readonly address: string }[];
}

export interface EnsureApiInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: ClusterFacts;
  readonly survey?: Survey | undefined;
  readonly network: ClusterNetwork;
  readonly securityGroupId: string;
}

/**
 * Makes the control plane's ports, the load balancer and its floating IP. The ports come first, because with their
 * addresses the load balancer, its listener, pool, health monitor and members are one request (Octavia API: "Creating a
 * fully populated load balancer"), which is built while the servers are.
 *
 * The VIP's port is the cluster's own, not Octavia's: machines know the address from their first boot, so it must
 * outlive a load balancer that turned ERROR or was deleted (the fault matrix, "ensureApi POST …/loadbalancers: error"
 * and ": vanishes").
 */
export const ensureApi =
  ({ clouds }: { clouds: Clouds }) =>
  async (input: EnsureApiInput): Promise<ClusterApiAddress> => {
    const { id, spec } = input;
    const cloud = await clouds.get(spec.cloud);
    const own = ownResources(cloud, id);
    const { vipPort, ports } = await findOrCreatePorts(own, input);
    const loadBalancer = await findOrCreateLoadBalancer(cloud, own, input, vipPort, ports);
    const floatingIp = spec.api.public ? await attachFloatingIp(own, vipPort, input) : undefined;
    const vip = addressOf(vipPort);
    return {
      loadBalancerId: loadBalancer.id,
      vip,
      ...(floatingIp === undefined ? {} : { floatingIp }),
      endpoint: `https://${floatingIp ?? vip}:6443`,
      ports: ports.map((port) => ({ id: port.id, address: addressOf(port) })),
    };
  };

/** The VIP's port and the control plane's, these by index. */
interface ApiPorts {
  readonly vipPort: Own<Port>;
  readonly ports: readonly Own<Port>[];
}

async function findOrCreatePorts(
  own: OwnResources,
  { id, spec, survey, network, securityGroupId }: EnsureApiInput,
): Promise<ApiPorts> {
  const { vipPort: vipName } = clusterNames(id);
  const machines = controlPlaneNames(id, spec.controlPlane.count);
  const names = [vipName, ...machines];
  const existing = sawNone(survey, 'port') ? [] : await own.ports.list({ network_id: network.networkId });
  const byName = new Map<string, Own<Port>>();
  for (const port of oldestFirst(existing, neutronAge)) {
    const name = port.name;
    if (!byName.has(name)) byName.set(name, port);
    else if (!port.device_id) await own.ports.remove(port);
  }
  const missing = names.filter((name) => !byName.has(name));
  const created =
    missing.length === 0
      ? []
      : await own.ports.createMany(
          missing.map((name) => ({
            network_id: network.networkId,
            name,
            fixed_ips: [{ subnet_id: network.subnetId }],
            security_groups: [securityGroupId, ...(name === vipName ? [] : spec.controlPlane.securityGroups)],
          })),
        );
  for (const port of created) byName.set(port.name, port);
  const vipPort = byName.get(vipName);
  if (vipPort === undefined) throw new Error(`Neutron made no port ${vipName}, although it says so`);
  return { vipPort, ports: machines.flatMap((name) => byName.get(name) ?? []) };
}

async function findOrCreateLoadBalancer(
  { client }: Cloud,
  { loadBalancers }: OwnResources,
  input: EnsureApiInput,
  vipPort: Port,
  ports: readonly Port[],
): Promise<LoadBalancer> {
  const remove = async (one: Own<LoadBalancer>) => {
    reportProgress({ detail: `removing load balancer ${one.id} (${one.provisioning_status})` });
    await loadBalancers.remove(one);
    await client.loadBalancer.loadBalancers.waitGone(one.id, { ...call(), deadlineMs: timeLeft(GONE_DEADLINE_MS) });
  };
  const find = async () => {
    if (sawNone(input.survey, 'load balancer')) return [];
    const usable: Own<LoadBalancer>[] = [];
    for (const one of await loadBalancers.list()) {
      if (one.provisioning_status === 'PENDING_DELETE') continue;
      // A creation that is resumed keeps neither one that Octavia could not build, nor one that leads to ports that are
      // gone.
      if (one.provisioning_status !== 'ERROR' && (await leadsTo(client, one, vipPort, ports))) usable.push(one);
      else await remove(one);
    }
    return usable;
  };
  return ensureOne({
    find,
    create: () => loadBalancers.create(loadBalancerRequest(input, vipPort, ports)),
    remove,
    createdAt: (one) => one.created_at ?? '',
  });
}

/** Whether a load balancer that was found has these ports (the fault matrix, "ensureApi POST …/ports: vanishes"). */
async function leadsTo(
  { loadBalancer: octavia }: Cloud['client'],
  one: LoadBalancer,
  vipPort: Port,
  ports: readonly Port[],
): Promise<boolean> {
  if (one.vip_port_id !== vipPort.id) return false;
  const { listeners } = await octavia.loadBalancers.statusTree(one.id, call());
  const members = listeners.flatMap(({ pools }) => pools.flatMap((pool) => pool.members.map(({ address }) => address)));
  return ports.every((port) => members.includes(addressOf(port)));
}

/**
 * What one provider takes, another refuses. That of OVN knows one algorithm, and no allowed CIDRs; with it the clients'
 * own addresses reach the machines, whose security group lets in the same ones (Octavia documentation: provider
 * drivers, OVN limitations; ovn-octavia-provider: driver.py, `_check_for_allowed_cidrs`). Amphorae are in between:
 * their listener has to know.
 */
function loadBalancerRequest(
  { id, spec, facts, network }: EnsureApiInput,
  vipPort: Port,
  ports: readonly Port[],
): LoadBalancerCreate {
  const names = clusterNames(id);
  const { allowedCidrs } = spec.api;
  const { loadBalancerProvider: provider } = facts;
  const ovn = provider === 'ovn';
  return {
    name: names.loadBalancer,
    vip_port_id: vipPort.id,
    ...(provider === undefined ? {} : { provider }),
    listeners: [
      {
        name: names.listener,
        protocol: 'TCP',
        protocol_port: 6443,
        ...(allowedCidrs.length === 0 || ovn ? {} : { allowed_cidrs: [...new Set([...allowedCidrs, network.cidr])] }),
        default_pool: {
          name: names.pool,
          protocol: 'TCP',
          lb_algorithm: ovn ? 'SOURCE_IP_PORT' : 'ROUND_ROBIN',
          healthmonitor: {
            name: names.healthMonitor,
            type: 'TCP',
            delay: 10,
            timeout: 5,
            max_retries: 5,
            max_retries_down: 3,
          },
          members: ports.map((port) => ({
            name: port.name,
            address: addressOf(port),
            protocol_port: 6443,
            subnet_id: network.subnetId,
          })),
        },
      },
    ],
  };
}

/** Puts the user's or the cluster's own floating IP on the VIP's port; returns its address. */
async function attachFloatingIp(
  { floatingIps }: OwnResources,
  port: Own<Port>,
  { spec: { api }, facts, survey }: EnsureApiInput,
): Promise<string> {
  if (facts.ownFloatingIpId !== undefined && api.floatingIp !== undefined) {
    await floatingIps.attachNamed(facts.ownFloatingIpId, api.floatingIp, port);
    return api.floatingIp;
  }
  const made = await ensureOne({
    find: async () => (sawNone(survey, 'floating IP') ? [] : floatingIps.list()),
    create: () => floatingIps.create({ floating_network_id: facts.externalNetworkId ?? '', port_id: port.id }),
    remove: (extra) => floatingIps.remove(extra),
    createdAt: neutronAge,
  });
  await floatingIps.attach(made, port);
  return made.floating_ip_address;
}
