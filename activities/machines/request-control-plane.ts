import { cancellationSignal } from '@temporalio/activity';
import type { Port } from 'openstack-client-ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP, controlPlaneName } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { controlPlaneUserData } from '../bootstrap/index.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Cloud } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import { generationOfGroup } from './generations.ts';
import { serverRequest } from './servers.ts';

/** A machine of the control plane that is asked for. */
export interface ControlPlaneRequest {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: ClusterFacts;
  readonly serverGroupIds: Readonly<Record<string, string>>;
  readonly serial: number;
  /** Whether it makes the cluster or joins it. */
  readonly kind: 'init' | 'join';
  /** Its own, which a second machine of the same name could not have. */
  readonly port: { readonly id: string; readonly address: string };
  readonly vip: string;
  readonly floatingIp?: string | undefined;
}

/**
 * Asks Nova for one machine of the control plane: with user-data of its own, which holds a wrapping token for its own
 * secrets, and on a port of its own, so that a request that is repeated cannot make a second machine.
 */
export async function requestControlPlane(
  cloud: Cloud,
  vault: VaultClient,
  { id, spec, facts, serverGroupIds, serial, kind, port, vip, floatingIp }: ControlPlaneRequest,
): Promise<void> {
  const name = controlPlaneName(id, serial);
  const generation = generationOfGroup(spec, CONTROL_PLANE_GROUP, facts);
  const { availabilityZones: zones } = spec.controlPlane;
  const userData = await controlPlaneUserData(vault, cancellationSignal(), {
    ...{ id, spec, serial, kind, vip, floatingIp, generation, address: port.address },
    vaultAddress: cloud.settings.vaultAddressForMachines ?? vault.address,
  });
  const request = serverRequest({
    ...{ id, group: CONTROL_PLANE_GROUP, generation, name, userData },
    template: spec.controlPlane,
    flavorId: facts.flavorIds[CONTROL_PLANE_GROUP] ?? '',
    imageId: facts.imageIds[CONTROL_PLANE_GROUP] ?? '',
    networks: [{ port: port.id }],
    sshKey: spec.sshKey,
    availabilityZone: zones.length === 0 ? undefined : zones[serial % zones.length],
  });
  await ownResources(cloud, id).servers.create(request, { hints: { group: serverGroupIds[CONTROL_PLANE_GROUP] } });
  reportProgress({ detail: `asked for ${name}` });
}

/** The address of a port. @throws Error when its subnet had none left */
export function addressOf(port: Port): string {
  const [first] = port.fixed_ips;
  if (first === undefined)
    throw new Error(`port ${port.id} (${port.name}) has no address; does its subnet have free ones?`);
  return first.ip_address;
}
