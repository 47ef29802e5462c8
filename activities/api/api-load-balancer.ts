import { ApplicationFailure } from '@temporalio/activity';
import type { LoadBalancer, LoadBalancerCreate } from 'openstack-client-ts';
import { clusterNames, CONTROL_PLANE_GROUP, FailureType } from '../../model/index.ts';
import { oldestFirst } from '../lib/ensure.ts';
import type { ApiListener } from '../cloud/own-api-listener.ts';
import { type ApiMember, memberRequest } from '../cloud/own-api-members.ts';
import type { OwnResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { addressOf } from '../machines/request-control-plane.ts';
import type { ApiPorts } from './api-ports.ts';
import type { EnsureApiInput } from './ensure-api.ts';

/** Looks every ten seconds; without an answer three times a machine gets no requests, with five it gets them again. */
const MONITOR = { type: 'TCP', delay: 10, timeout: 5, max_retries: 5, max_retries_down: 3 } as const;

/**
 * Makes the load balancer if there is none, and else brings its members, its listener's ranges and its health monitor
 * to what is wanted, each only where it differs. It removes none: what cannot be used is named.
 *
 * @param balancers the API's, without those that are being deleted
 * @throws ApplicationFailure `OpenStack.ResourceInError`, `OpenStack.Conflict`; nothing was changed then
 */
export async function convergeLoadBalancer(
  own: OwnResources,
  input: EnsureApiInput,
  { vipPort, ports }: ApiPorts,
  balancers: readonly Own<LoadBalancer>[],
): Promise<LoadBalancer> {
  const { subnetId } = input.network;
  const wanted = ports.map((port) => ({ name: port.name, address: addressOf(port), subnetId }));
  if (balancers.length === 0) return own.loadBalancers.create(request(input, vipPort.id, wanted));
  const [balancer] = oldestFirst(
    balancers.filter((one) => one.vip_port_id === vipPort.id && one.provisioning_status !== 'ERROR'),
    (one) => one.created_at ?? '',
  );
  const listener = balancer && (await own.apiListener.of(balancer));
  if (balancer === undefined || listener === undefined) throw unusable(input.id, balancer ?? balancers[0], vipPort.id);
  await own.apiMembers.addMissing(listener, wanted);
  await own.apiMembers.removeThese(listener, await surplus(own, listener, wanted));
  if (knowsRanges(balancer.provider)) await own.apiListener.allow(listener, rangesOf(input));
  await own.apiListener.monitor(listener, { name: clusterNames(input.id).healthMonitor, ...MONITOR });
  return balancer;
}

/**
 * What leads to none of the wanted machines goes. What is named like a machine that there is stays all the same, when
 * that machine's port is not known: it has lost its mark, and requests may still reach it.
 */
async function surplus({ apiMembers, servers }: OwnResources, listener: ApiListener, wanted: readonly ApiMember[]) {
  const found = apiMembers.surplus(listener, wanted);
  if (found.length === 0) return found;
  const machines = await servers.list({ group: CONTROL_PLANE_GROUP });
  return found.filter(
    ({ name }) => wanted.some((one) => one.name === name) || !machines.some((machine) => machine.name === name),
  );
}

/** Says why a load balancer stays as it is, and what to do. */
function unusable(id: string, balancer: LoadBalancer | undefined, vipPort: string): ApplicationFailure {
  const inError = balancer?.provisioning_status === 'ERROR';
  const elsewhere = balancer?.vip_port_id !== vipPort;
  const why = inError
    ? 'is in ERROR'
    : elsewhere
      ? `is on port ${balancer?.vip_port_id ?? ''} and not on ${vipPort}, whose address the machines know`
      : `has no listener and pool with the name ${clusterNames(id).listener}`;
  const mend = inError ? ', or have an administrator of the cloud fail it over (openstack loadbalancer failover)' : '';
  return ApplicationFailure.nonRetryable(
    `load balancer ${balancer?.name ?? ''} (${balancer?.id ?? ''}) ${why}. It may carry the API of ${id}, so it was not removed, ` +
      'and nothing was changed. If the creation of the cluster is not finished, ask for it again: it makes another one. ' +
      `Else delete this one with --cascade and repeat: another one gets the same address${mend}`,
    inError ? FailureType.OpenStackResourceInError : FailureType.OpenStackConflict,
  );
}

/**
 * OVN knows no allowed CIDRs; with it the clients' own addresses reach the machines, whose security group lets in the
 * same ones (ovn-octavia-provider: driver.py, `_check_for_allowed_cidrs`). Amphorae are in between: their listener has
 * to know.
 */
const knowsRanges = (provider: string | null | undefined): boolean => provider !== 'ovn';

/** Empty for everybody. The machines' own subnet is always among them. */
const rangesOf = ({ spec, network }: EnsureApiInput): string[] =>
  spec.api.allowedCidrs.length === 0 ? [] : [...new Set([...spec.api.allowedCidrs, network.cidr])];

/**
 * All of it in one request (Octavia API: "Creating a fully populated load balancer"). What one provider takes, another
 * refuses: that of OVN knows one algorithm (Octavia documentation: provider drivers, OVN limitations).
 */
function request(input: EnsureApiInput, vipPort: string, members: readonly ApiMember[]): LoadBalancerCreate {
  const names = clusterNames(input.id);
  const { loadBalancerProvider: provider } = input.facts;
  const ranges = knowsRanges(provider) ? rangesOf(input) : [];
  return {
    name: names.loadBalancer,
    vip_port_id: vipPort,
    ...(provider === undefined ? {} : { provider }),
    listeners: [
      {
        name: names.listener,
        protocol: 'TCP',
        protocol_port: 6443,
        ...(ranges.length === 0 ? {} : { allowed_cidrs: ranges }),
        default_pool: {
          name: names.pool,
          protocol: 'TCP',
          lb_algorithm: provider === 'ovn' ? 'SOURCE_IP_PORT' : 'ROUND_ROBIN',
          healthmonitor: { name: names.healthMonitor, ...MONITOR },
          members: members.map(memberRequest),
        },
      },
    ],
  };
}
