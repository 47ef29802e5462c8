import { ApplicationFailure } from '@temporalio/activity';
import type { Port } from 'openstack-client-ts';
import {
  clusterNames,
  type ClusterSpec,
  CONTROL_PLANE_GROUP,
  controlPlaneName,
  FailureType,
} from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { oldestFirst } from '../lib/ensure.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { MachineNeeds } from '../machines/find-machine-needs.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import { addressOf, requestControlPlane } from '../machines/request-control-plane.ts';
import { neutronAge } from '../cloud/session.ts';
import { requireApi } from '../kubernetes/cluster-api.ts';
import { ensureAuthentication } from './ensure-authentication.ts';

export interface EnsureControlPlaneMachineInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: ClusterFacts;
  readonly needs: MachineNeeds;
  readonly serverGroupIds: Readonly<Record<string, string>>;
  readonly serial: number;
}

/**
 * Asks for one more machine of a living control plane, which joins the others: its port, then its server. Both are
 * found by their names when the step is run again. What it takes from the cluster when it joins is brought to the
 * specification before.
 */
export const ensureControlPlaneMachine =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async (input: EnsureControlPlaneMachineInput): Promise<void> => {
    const { id, spec, facts, needs, serverGroupIds, serial } = input;
    const cloud = await clouds.get(spec.cloud);
    const own = ownResources(cloud, id);
    const name = controlPlaneName(id, serial);
    const [servers, found, floatingIps] = await Promise.all([
      own.servers.list({ group: CONTROL_PLANE_GROUP }),
      ensurePort(own, input, name),
      spec.api.public && spec.api.floatingIp === undefined ? own.floatingIps.list() : [],
    ]);
    const port = { id: found.id, address: addressOf(found) };
    if (servers.some((server) => server.name === name)) return;
    await ensureAuthentication(await requireApi(vault, id), id, spec);
    const floatingIp = spec.api.floatingIp ?? floatingIps[0]?.floating_ip_address;
    const machine = {
      id,
      spec,
      facts,
      serverGroupIds,
      serial,
      kind: 'join',
      port,
      vip: needs.vip,
      floatingIp,
    } as const;
    await requestControlPlane(cloud, vault, machine);
  };

async function ensurePort(
  { ports, securityGroups }: OwnResources,
  { id, spec, needs }: EnsureControlPlaneMachineInput,
  name: string,
): Promise<Own<Port>> {
  const existing = (await ports.list({ network_id: needs.networkId })).filter((port) => port.name === name);
  const [first, ...doubles] = oldestFirst(existing, neutronAge);
  for (const port of doubles) if (!port.device_id) await ports.remove(port);
  if (first !== undefined) return first;
  const { controlPlaneSecurityGroup } = clusterNames(id);
  const [group] = await securityGroups.list({ name: controlPlaneSecurityGroup });
  if (group === undefined)
    throw ApplicationFailure.nonRetryable(
      `cluster ${id} has no security group ${controlPlaneSecurityGroup}, or it lost the cluster's mark`,
      FailureType.OpenStackNotFound,
    );
  return ports.create({
    network_id: needs.networkId,
    name,
    fixed_ips: [{ subnet_id: needs.subnetId }],
    security_groups: [group.id, ...spec.controlPlane.securityGroups],
  });
}
