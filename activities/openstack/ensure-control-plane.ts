import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { type ClusterSpec, CONTROL_PLANE_GROUP, controlPlaneName, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { controlPlaneUserData } from '../bootstrap/index.ts';
import { reportProgress } from '../lib/progress.ts';
import type { ClusterFacts } from './pre-flight/pre-flight.ts';
import type { Clouds } from './clouds.ts';
import type { ClusterApiAddress } from './ensure-api.ts';
import { serverRequest } from './servers.ts';
import { ownResources } from './own-resources.ts';
import { sawNone, type Survey } from './survey-cluster.ts';

export interface EnsureControlPlaneInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: ClusterFacts;
  readonly serverGroupIds: Readonly<Record<string, string>>;
  readonly api: ClusterApiAddress;
  /** Of these machines, when they are the first that are asked for since it. */
  readonly survey?: Survey | undefined;
}

/**
 * Asks Nova for the control plane machines that are missing. Each has user-data of its own, with a wrapping token for
 * its own secrets, and a port of its own: so a request that is repeated cannot make a second machine, Nova refuses the
 * port.
 */
export const ensureControlPlane =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, facts, serverGroupIds, api, survey }: EnsureControlPlaneInput): Promise<void> => {
    const cloud = await clouds.get(spec.cloud);
    const { settings } = cloud;
    const own = ownResources(cloud, id);
    const { availabilityZones: zones } = spec.controlPlane;
    const [servers, ports] = await Promise.all([
      sawNone(survey, 'server') ? [] : own.servers.list({ group: CONTROL_PLANE_GROUP }),
      own.ports.list(),
    ]);
    const existing = new Set(servers.map(({ name }) => name));
    const ownPorts = new Set(ports.map((port) => port.id));
    await Promise.all(
      api.ports.map(async (port, index) => {
        const name = controlPlaneName(id, index);
        if (existing.has(name)) return;
        if (!ownPorts.has(port.id))
          throw ApplicationFailure.nonRetryable(
            `port ${port.id} of ${name} vanished, or lost the cluster's mark. Create the cluster again: it makes another one`,
            FailureType.OpenStackNotFound,
          );
        const userData = await controlPlaneUserData(vault, cancellationSignal(), {
          id,
          spec,
          index,
          vip: api.vip,
          floatingIp: api.floatingIp,
          address: port.address,
          vaultAddress: settings.vaultAddressForMachines ?? vault.address,
        });
        const request = serverRequest({
          id,
          group: CONTROL_PLANE_GROUP,
          name,
          template: spec.controlPlane,
          flavorId: facts.flavorIds[CONTROL_PLANE_GROUP] ?? '',
          imageId: facts.imageIds[CONTROL_PLANE_GROUP] ?? '',
          userData,
          networks: [{ port: port.id }],
          sshKey: spec.sshKey,
          availabilityZone: zones.length === 0 ? undefined : zones[index % zones.length],
        });
        await own.servers.create(request, { hints: { group: serverGroupIds[CONTROL_PLANE_GROUP] } });
        reportProgress({ detail: `asked for ${name}` });
      }),
    );
  };
