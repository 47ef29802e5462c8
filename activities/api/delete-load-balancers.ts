import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { Removed } from '../machines/delete-servers.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import { call } from '../cloud/session.ts';

const DEADLINE_MS = 15 * 60_000;

/**
 * Deletes the cluster's load balancers with all that belongs to them: the API's, and those that the cloud controller
 * manager made for Services. While Octavia changes one (PENDING_*) it refuses; that is waited for.
 */
export const deleteLoadBalancers =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const cloud = await clouds.get(spec.cloud);
    const { loadBalancers: looks } = cloud.client.loadBalancer;
    const { loadBalancers } = ownResources(cloud, id);
    const found = await loadBalancers.listAll();
    await concurrently(found, 5, async (one) => {
      reportProgress({ detail: `deleting load balancer ${one.name} (${one.provisioning_status})` });
      if (one.provisioning_status.startsWith('PENDING_') && one.provisioning_status !== 'PENDING_DELETE') {
        await looks.waitFor(
          one.id,
          { target: ['ACTIVE', 'ERROR', 'DELETED'] },
          { ...call(), deadlineMs: timeLeft(DEADLINE_MS) },
        );
      }
      await loadBalancers.remove(one);
      await looks.waitGone(one.id, { ...call(), deadlineMs: timeLeft(DEADLINE_MS) });
    });
    return { removed: found.length === 0 ? {} : { 'load balancer': found.length } };
  };

/** The cluster's load balancers that are still there. */
export async function remainingLoadBalancers({ loadBalancers }: OwnResources): Promise<LeftResource[]> {
  return (await loadBalancers.listAll()).map((one) => ({
    service: 'load-balancer',
    type: 'load balancer',
    id: one.id,
    name: one.name,
    reason: `provisioning status ${one.provisioning_status}`,
  }));
}
