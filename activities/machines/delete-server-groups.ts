import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { Removed } from './delete-servers.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';

/** Deletes the cluster's server groups. */
export const deleteServerGroups =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const { serverGroups } = ownResources(await clouds.get(spec.cloud), id);
    const found = await serverGroups.list(spec.nodeGroups);
    for (const one of found) await serverGroups.remove(one);
    return { removed: found.length === 0 ? {} : { 'server group': found.length } };
  };

/** The cluster's server groups that are still there. */
export async function remainingServerGroups(
  { serverGroups }: OwnResources,
  { nodeGroups }: ClusterSpec,
): Promise<LeftResource[]> {
  return (await serverGroups.list(nodeGroups)).map((one) => ({
    service: 'compute',
    type: 'server group',
    id: one.id,
    name: one.name,
    reason: 'not deleted',
  }));
}
