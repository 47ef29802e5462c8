import type { FloatingIp } from 'openstack-client-ts';
import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import type { Cloud, Clouds } from './clouds.ts';
import type { Removed } from './delete-servers.ts';
import { call, owned } from './session.ts';

/**
 * Deletes the floating IPs that Slipway or the cloud controller manager made for this cluster. The user's own floating IP has neither mark; it
 * loses its port with the load balancer.
 */
export const deleteFloatingIps =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const cloud = await clouds.get(spec.cloud);
    const found = await clusterFloatingIps(cloud, id);
    for (const one of found) await cloud.client.network.floatingIps.delete(one.id, { ...call(), missingOk: true });
    return { removed: found.length === 0 ? {} : { 'floating IP': found.length } };
  };

/** The cluster's floating IPs that are still there. */
export async function remainingFloatingIps(cloud: Cloud, id: string): Promise<LeftResource[]> {
  return (await clusterFloatingIps(cloud, id)).map((one) => ({
    service: 'network',
    type: 'floating IP',
    id: one.id,
    name: one.floating_ip_address,
    reason: one.port_id ? `on port ${one.port_id}` : 'not deleted',
  }));
}

/**
 * Those with our mark, and those whose description names a Service of this cluster (kubernetes/cloud-provider-openstack:
 * pkg/openstack/loadbalancer.go, "Floating IP for Kubernetes external service <service> from cluster <cluster>").
 */
async function clusterFloatingIps({ client }: Cloud, id: string): Promise<FloatingIp[]> {
  const mark = owned(id).description;
  const all = await client.network.floatingIps.list({}, call());
  const ofService = (text: string) =>
    text.startsWith('Floating IP for Kubernetes external service ') && text.endsWith(` from cluster ${id}`);
  return all.filter(({ description }) => description === mark || ofService(description ?? ''));
}
