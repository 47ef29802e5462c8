import type { LoadBalancer } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec, type LeftResource, ownerTag } from '../../model/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Cloud, Clouds } from './clouds.ts';
import type { Removed } from './delete-servers.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import { call } from './session.ts';

const DEADLINE_MS = 15 * 60_000;

/**
 * Deletes the cluster's load balancers with all that belongs to them: the API's, and those that the cloud controller manager made for Services.
 * While Octavia changes one (PENDING_*) it refuses; that is waited for.
 */
export const deleteLoadBalancers =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const cloud = await clouds.get(spec.cloud);
    const { loadBalancers } = cloud.client.loadBalancer;
    const found = await clusterLoadBalancers(cloud, id);
    await concurrently(found, 5, async (one) => {
      reportProgress({ detail: `deleting load balancer ${one.name} (${one.provisioning_status})` });
      if (one.provisioning_status.startsWith('PENDING_') && one.provisioning_status !== 'PENDING_DELETE') {
        await loadBalancers.waitFor(
          one.id,
          { target: ['ACTIVE', 'ERROR', 'DELETED'] },
          { ...call(), deadlineMs: timeLeft(DEADLINE_MS) },
        );
      }
      await loadBalancers.delete(one.id, { ...call(), cascade: true, missingOk: true });
      await loadBalancers.waitGone(one.id, { ...call(), deadlineMs: timeLeft(DEADLINE_MS) });
    });
    return { removed: found.length === 0 ? {} : { 'load balancer': found.length } };
  };

/** The cluster's load balancers that are still there. */
export async function remainingLoadBalancers(cloud: Cloud, id: string): Promise<LeftResource[]> {
  return (await clusterLoadBalancers(cloud, id)).map((one) => ({
    service: 'load-balancer',
    type: 'load balancer',
    id: one.id,
    name: one.name,
    reason: `provisioning status ${one.provisioning_status}`,
  }));
}

/**
 * The API's by our mark; a Service's by the name that the cloud controller manager gives it, which holds the cluster's unique id
 * (kubernetes/cloud-provider-openstack: pkg/openstack/loadbalancer.go, `kube_service_<cluster>_<namespace>_<name>`).
 */
async function clusterLoadBalancers({ client }: Cloud, id: string): Promise<LoadBalancer[]> {
  const all = await client.loadBalancer.loadBalancers.list({}, call());
  return all.filter(
    ({ name, tags, provisioning_status: status }) =>
      status !== 'DELETED' &&
      ((name === clusterNames(id).loadBalancer && tags.includes(ownerTag(id))) ||
        name.startsWith(`kube_service_${id}_`)),
  );
}
