import { ApplicationFailure } from '@temporalio/activity';
import type { LoadBalancer, Port } from 'openstack-client-ts';
import { clusterNames, controlPlaneSerial, FailureType, ownerTag } from '../../model/index.ts';
import { oldestFirst } from '../lib/ensure.ts';
import type { OwnResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { neutronAge } from '../cloud/session.ts';
import { sawNone } from '../cloud/survey-cluster.ts';
import type { EnsureApiInput } from './ensure-api.ts';

/** The VIP's port and the control planes'. */
export interface ApiPorts {
  readonly vipPort: Own<Port>;
  /** Of the machines that are wanted, in their order. */
  readonly ports: readonly Own<Port>[];
}

/**
 * Finds the ports of the API. Those that a creation lacks are made; on a living cluster none is, because machines know
 * the VIP's address from their first boot, and a new port is on no machine. Of doubles the one in use stays, else the
 * oldest.
 *
 * @param balancers the API's
 * @throws ApplicationFailure `OpenStack.NotFound` on a living cluster, with what is missing
 */
export async function convergePorts(
  own: OwnResources,
  input: EnsureApiInput,
  balancers: readonly LoadBalancer[],
): Promise<ApiPorts> {
  const { id, machines, survey, network } = input;
  const { vipPort: vipName } = clusterNames(id);
  const existing = sawNone(survey, 'port') ? [] : await own.ports.list({ network_id: network.networkId });
  const carried = new Set(balancers.map((one) => one.vip_port_id));
  const inUse = (port: Port): boolean => port.device_id !== '' || carried.has(port.id);
  const ofApi = oldestFirst(existing, neutronAge).filter(
    ({ name }) => name === vipName || !Number.isNaN(controlPlaneSerial(id, name)),
  );
  const byName = new Map<string, Own<Port>>();
  for (const port of [...ofApi.filter(inUse), ...ofApi.filter((one) => !inUse(one))]) {
    if (!byName.has(port.name)) byName.set(port.name, port);
    else if (!inUse(port)) await own.ports.remove(port);
  }
  const wanted = machines ?? living(id, byName);
  for (const port of await createMissing(own, input, byName, wanted)) byName.set(port.name, port);
  const vipPort = byName.get(vipName);
  if (vipPort === undefined) throw new Error(`Neutron made no port ${vipName}, although it says so`);
  return { vipPort, ports: wanted.flatMap((name) => byName.get(name) ?? []) };
}

/** Names of the control planes that there are: a port has a device as long as its machine. */
function living(id: string, ports: ReadonlyMap<string, Port>): string[] {
  const { vipPort } = clusterNames(id);
  const serial = (name: string) => controlPlaneSerial(id, name);
  const names = [...ports.values()].filter(({ name, device_id: device }) => name !== vipPort && device !== '');
  const missing = ports.has(vipPort) ? 'port of a control plane that is on a machine' : `port ${vipPort}`;
  if (!ports.has(vipPort) || names.length === 0)
    throw ApplicationFailure.nonRetryable(
      `cluster ${id} has no ${missing}, or it lost the cluster's mark: nothing was changed. ` +
        `Give the port its mark again, the description ${ownerTag(id)}: without it the API's load balancer cannot be mended`,
      FailureType.OpenStackNotFound,
    );
  return names.map(({ name }) => name).sort((a, b) => serial(a) - serial(b));
}

async function createMissing(
  { ports }: OwnResources,
  { id, spec, network, securityGroupId }: EnsureApiInput,
  there: ReadonlyMap<string, Port>,
  machines: readonly string[],
): Promise<Own<Port>[]> {
  const { vipPort } = clusterNames(id);
  const missing = [vipPort, ...machines].filter((name) => !there.has(name));
  if (missing.length === 0) return [];
  return ports.createMany(
    missing.map((name) => ({
      network_id: network.networkId,
      name,
      fixed_ips: [{ subnet_id: network.subnetId }],
      security_groups: [securityGroupId, ...(name === vipPort ? [] : spec.controlPlane.securityGroups)],
    })),
  );
}
