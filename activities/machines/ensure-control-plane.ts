import { ApplicationFailure } from '@temporalio/activity';
import { type ClusterSpec, CONTROL_PLANE_GROUP, controlPlaneName, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { ClusterApiAddress } from '../api/ensure-api.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { requestControlPlane } from './request-control-plane.ts';
import { sawNone, type Survey } from '../cloud/survey-cluster.ts';

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
 * Asks Nova for the control plane machines that an unfinished creation lacks. The first makes the cluster, the others
 * join it.
 */
export const ensureControlPlane =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, facts, serverGroupIds, api, survey }: EnsureControlPlaneInput): Promise<void> => {
    const cloud = await clouds.get(spec.cloud);
    const own = ownResources(cloud, id);
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
        const { vip, floatingIp } = api;
        const kind = index === 0 ? 'init' : 'join';
        const machine = { id, spec, facts, serverGroupIds, serial: index, kind, port, vip, floatingIp } as const;
        await requestControlPlane(cloud, vault, machine);
      }),
    );
  };
