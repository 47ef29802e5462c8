import type { LoadBalancer, LoadBalancerCreate, Port } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec, controlPlaneNames, ownerTag } from '../../model/index.ts';
import { ensureOne, oldestFirst } from '../lib/ensure.ts';
import { reportProgress } from '../lib/progress.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import type { ClusterFacts } from './check-cluster.ts';
import type { Cloud, Clouds } from './clouds.ts';
import type { ClusterNetwork } from './ensure-network.ts';
import { call, neutronAge, owned } from './session.ts';

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
  readonly network: ClusterNetwork;
  readonly securityGroupId: string;
}

/**
 * Makes the control plane's ports, the load balancer and its floating IP. The ports come first, because with their addresses the load
 * balancer, its listener, pool, health monitor and members are one request (Octavia API: "Creating a fully populated load balancer"),
 * which is built while the servers are.
 *
 * The VIP's port is the cluster's own, not Octavia's: machines know the address from their first boot, so it must outlive a load balancer
 * that turned ERROR or was deleted (the fault matrix, "ensureApi POST …/loadbalancers: error" and ": vanishes").
 */
export const ensureApi =
  ({ clouds }: { clouds: Clouds }) =>
  async (input: EnsureApiInput): Promise<ClusterApiAddress> => {
    const { id, spec, facts, network } = input;
    const cloud = await clouds.get(spec.cloud);
    const { vipPort, ports } = await findOrCreatePorts(cloud, input);
    const loadBalancer = await findOrCreateLoadBalancer(cloud, id, spec, network, vipPort, ports);
    const floatingIp = spec.api.public ? await attachFloatingIp(cloud, id, vipPort.id, facts) : undefined;
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
  readonly vipPort: Port;
  readonly ports: readonly Port[];
}

async function findOrCreatePorts(
  { client }: Cloud,
  { id, spec, network, securityGroupId }: EnsureApiInput,
): Promise<ApiPorts> {
  const { vipPort: vipName } = clusterNames(id);
  const machines = controlPlaneNames(id, spec.controlPlane.count);
  const names = [vipName, ...machines];
  const existing = await client.network.ports.list({ ...owned(id), network_id: network.networkId }, call());
  const byName = new Map<string, Port>();
  for (const port of oldestFirst(existing, neutronAge)) {
    const name = port.name;
    if (!byName.has(name)) byName.set(name, port);
    else if (!port.device_id) await client.network.ports.delete(port.id, { ...call(), missingOk: true });
  }
  const missing = names.filter((name) => !byName.has(name));
  const created =
    missing.length === 0
      ? []
      : await client.network.ports.createMany(
          missing.map((name) => ({
            network_id: network.networkId,
            name,
            description: ownerTag(id),
            fixed_ips: [{ subnet_id: network.subnetId }],
            security_groups: [securityGroupId, ...(name === vipName ? [] : spec.controlPlane.securityGroups)],
          })),
          call(),
        );
  for (const port of created) byName.set(port.name, port);
  const vipPort = byName.get(vipName);
  if (vipPort === undefined) throw new Error(`Neutron made no port ${vipName}, although it says so`);
  return { vipPort, ports: machines.flatMap((name) => byName.get(name) ?? []) };
}

async function findOrCreateLoadBalancer(
  { client }: Cloud,
  id: string,
  spec: ClusterSpec,
  network: ClusterNetwork,
  vipPort: Port,
  ports: readonly Port[],
): Promise<LoadBalancer> {
  const { loadBalancers } = client.loadBalancer;
  const name = clusterNames(id).loadBalancer;
  const remove = async (one: LoadBalancer) => {
    reportProgress({ detail: `removing load balancer ${one.id} (${one.provisioning_status})` });
    await loadBalancers.delete(one.id, { ...call(), cascade: true, missingOk: true });
    await loadBalancers.waitGone(one.id, { ...call(), deadlineMs: timeLeft(GONE_DEADLINE_MS) });
  };
  const find = async () => {
    const found = await loadBalancers.list({ name, tags: [ownerTag(id)] }, call());
    const usable: LoadBalancer[] = [];
    for (const one of found) {
      if (['DELETED', 'PENDING_DELETE'].includes(one.provisioning_status)) continue;
      // A creation that is resumed keeps neither one that Octavia could not build, nor one that leads to ports that are gone.
      if (one.provisioning_status !== 'ERROR' && (await leadsTo(client, one, vipPort, ports))) usable.push(one);
      else await remove(one);
    }
    return usable;
  };
  return ensureOne({
    find,
    create: () => loadBalancers.create(loadBalancerRequest(id, spec, network, vipPort, ports), call()),
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

function loadBalancerRequest(
  id: string,
  spec: ClusterSpec,
  network: ClusterNetwork,
  vipPort: Port,
  ports: readonly Port[],
): LoadBalancerCreate {
  const names = clusterNames(id);
  const { allowedCidrs, loadBalancerProvider: provider } = spec.api;
  return {
    name: names.loadBalancer,
    description: ownerTag(id),
    tags: [ownerTag(id)],
    vip_port_id: vipPort.id,
    ...(provider === undefined ? {} : { provider }),
    listeners: [
      {
        name: names.listener,
        protocol: 'TCP',
        protocol_port: 6443,
        ...(allowedCidrs.length === 0 ? {} : { allowed_cidrs: [...new Set([...allowedCidrs, network.cidr])] }),
        default_pool: {
          name: names.pool,
          protocol: 'TCP',
          // The only algorithm of the ovn provider (Octavia documentation: provider drivers, OVN limitations).
          lb_algorithm: provider === 'ovn' ? 'SOURCE_IP_PORT' : 'ROUND_ROBIN',
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
async function attachFloatingIp({ client }: Cloud, id: string, port_id: string, facts: ClusterFacts): Promise<string> {
  const { floatingIps } = client.network;
  const attached =
    facts.ownFloatingIpId === undefined
      ? await ensureOne({
          find: () => floatingIps.list(owned(id), call()).all(),
          create: () =>
            floatingIps.create(
              { floating_network_id: facts.externalNetworkId ?? '', port_id, description: ownerTag(id) },
              call(),
            ),
          remove: (extra) => floatingIps.delete(extra.id, { ...call(), missingOk: true }),
          createdAt: neutronAge,
        })
      : await floatingIps.get(facts.ownFloatingIpId, call());
  if (attached.port_id !== port_id) await floatingIps.update(attached.id, { port_id }, call());
  return attached.floating_ip_address;
}

function addressOf(port: Port): string {
  const [first] = port.fixed_ips;
  if (first === undefined)
    throw new Error(`port ${port.id} (${port.name}) has no address; does its subnet have free ones?`);
  return first.ip_address;
}
