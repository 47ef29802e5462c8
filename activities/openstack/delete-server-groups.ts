import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import type { Cloud, Clouds } from './clouds.ts';
import type { Removed } from './delete-servers.ts';
import { call, ownServerGroups } from './session.ts';

/** Deletes the cluster's server groups. Nova lets them go also while they have members. */
export const deleteServerGroups =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const cloud = await clouds.get(spec.cloud);
    const found = await ownServerGroups(cloud, id, spec);
    for (const one of found) await cloud.client.compute.serverGroups.delete(one.id, { ...call(), missingOk: true });
    return { removed: found.length === 0 ? {} : { 'server group': found.length } };
  };

/** The cluster's server groups that are still there. */
export async function remainingServerGroups(cloud: Cloud, id: string, spec: ClusterSpec): Promise<LeftResource[]> {
  return (await ownServerGroups(cloud, id, spec)).map((one) => ({
    service: 'compute',
    type: 'server group',
    id: one.id,
    name: one.name,
    reason: 'not deleted',
  }));
}
