import { type ClusterSpec, CONTROL_PLANE_GROUP, serverGroupName } from '../../model/index.ts';
import { oldestFirst } from '../lib/ensure.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';

/**
 * Makes a server group for the control plane and for each node group; returns their ids by the name of the machine
 * group.
 */
export const ensureServerGroups =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Record<string, string>> => {
    const { serverGroups } = ownResources(await clouds.get(spec.cloud), id);
    const existing = await serverGroups.list(spec.nodeGroups);
    const ensure = async (group: string, policy: ClusterSpec['controlPlane']['serverGroupPolicy']) => {
      const name = serverGroupName(id, group);
      const [kept, ...extra] = oldestFirst(
        existing.filter((one) => one.name === name),
        () => '',
      );
      for (const one of extra) await serverGroups.remove(one);
      return [group, (kept ?? (await serverGroups.create(group, policy))).id] as const;
    };
    return Object.fromEntries(
      await Promise.all([
        ensure(CONTROL_PLANE_GROUP, spec.controlPlane.serverGroupPolicy),
        ...spec.nodeGroups.map((group) => ensure(group.name, group.serverGroupPolicy)),
      ]),
    );
  };
