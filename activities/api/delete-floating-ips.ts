import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { Removed } from '../machines/delete-servers.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';

/**
 * Deletes the floating IPs that Slipway or the cloud controller manager made for this cluster. The user's own floating
 * IP has neither mark; it loses its port with the load balancer.
 */
export const deleteFloatingIps =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const { floatingIps } = ownResources(await clouds.get(spec.cloud), id);
    const found = await floatingIps.listAll();
    for (const one of found) await floatingIps.remove(one);
    return { removed: found.length === 0 ? {} : { 'floating IP': found.length } };
  };

/** The cluster's floating IPs that are still there. */
export async function remainingFloatingIps({ floatingIps }: OwnResources): Promise<LeftResource[]> {
  return (await floatingIps.listAll()).map((one) => ({
    service: 'network',
    type: 'floating IP',
    id: one.id,
    name: one.floating_ip_address,
    reason: one.port_id ? `on port ${one.port_id}` : 'not deleted',
  }));
}
