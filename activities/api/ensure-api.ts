import type { Port } from 'openstack-client-ts';
import type { ClusterSpec } from '../../model/index.ts';
import { oldestFirst } from '../lib/ensure.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { ClusterNetwork } from '../network/ensure-network.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { addressOf } from '../machines/request-control-plane.ts';
import { neutronAge } from '../cloud/session.ts';
import { sawNone, type Survey } from '../cloud/survey-cluster.ts';
import { convergeLoadBalancer } from './api-load-balancer.ts';
import { convergePorts } from './api-ports.ts';

/** The API's way in: load balancer, addresses, and the control plane's ports behind it. */
export interface ClusterApiAddress {
  readonly loadBalancerId: string;
  /** The load balancer's address on the cluster's subnet, which machines use. */
  readonly vip: string;
  /** The floating IP on it. */
  readonly floatingIp?: string;
  /** `https://<address>:6443` for everybody else. */
  readonly endpoint: string;
  /** Of the machines of the control plane, in the order of their serial numbers. */
  readonly ports: readonly { readonly id: string; readonly address: string }[];
}

export interface EnsureApiInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  /**
   * Names of the control planes that a creation is going to make. Without them the cluster lives: wanted are the
   * machines that there are.
   */
  readonly machines?: readonly string[] | undefined;
  readonly facts: ClusterFacts;
  readonly survey?: Survey | undefined;
  readonly network: ClusterNetwork;
  readonly securityGroupId: string;
}

/**
 * Brings the API's way in to what is wanted: the control plane's ports, the load balancer with its members, ranges and
 * health monitor, its floating IP. Safe at any time: what may carry a living API is not removed (docs/decisions/0021).
 *
 * The ports come first, because with their addresses a load balancer is one request, and is built while the servers
 * are. The VIP's port is the cluster's own, not Octavia's: machines know the address from their first boot, so it must
 * outlive a load balancer that turned ERROR or was deleted (the fault matrix, "ensureApi POST …/loadbalancers: error"
 * and ": vanishes").
 *
 * @throws ApplicationFailure `OpenStack.ResourceInError`, `OpenStack.Conflict`, `OpenStack.NotFound` with what to do
 */
export const ensureApi =
  ({ clouds }: { clouds: Clouds }) =>
  async (input: EnsureApiInput): Promise<ClusterApiAddress> => {
    const { id, spec } = input;
    const own = ownResources(await clouds.get(spec.cloud), id);
    const found = sawNone(input.survey, 'load balancer') ? [] : await own.loadBalancers.list();
    const balancers = found.filter((one) => one.provisioning_status !== 'PENDING_DELETE');
    const { vipPort, ports } = await convergePorts(own, input, balancers);
    const loadBalancer = await convergeLoadBalancer(own, input, { vipPort, ports }, balancers);
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
  const found = oldestFirst(sawNone(survey, 'floating IP') ? [] : await floatingIps.list(), neutronAge);
  // The address by which the API is known stays, however old another one is.
  const kept = found.find((one) => one.port_id === port.id) ?? found[0];
  for (const extra of found) if (extra !== kept && !extra.port_id) await floatingIps.remove(extra);
  const made =
    kept ?? (await floatingIps.create({ floating_network_id: facts.externalNetworkId ?? '', port_id: port.id }));
  await floatingIps.attach(made, port);
  return made.floating_ip_address;
}
