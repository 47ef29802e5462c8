import { type ClusterSpec, type LeftResource, MAX_LEFT } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { remainingSecrets } from '../secrets/delete-secrets.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { remainingFloatingIps } from '../api/delete-floating-ips.ts';
import { remainingLoadBalancers } from '../api/delete-load-balancers.ts';
import { remainingNetwork } from '../network/delete-network.ts';
import { remainingServerGroups } from '../machines/delete-server-groups.ts';
import { remainingVolumes } from '../volumes/delete-volumes.ts';
import { remainingServers } from '../machines/delete-servers.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { call } from '../cloud/session.ts';

/**
 * Looks at every service once more and says what of the cluster is left. What Octavia, Nova and Neutron still show a
 * moment after they said that it is gone is looked at again before it counts.
 */
export const sweep =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<{ left: LeftResource[] }> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const found = await Promise.all([
      remainingLoadBalancers(own),
      remainingFloatingIps(own),
      remainingServers(own),
      remainingServerGroups(own, spec),
      remainingNetwork(own),
      remainingVolumes(own, spec),
      secretsLeft(vault, id),
    ]);
    return { left: found.flat().slice(0, MAX_LEFT) };
  };

async function secretsLeft(vault: VaultClient, id: string): Promise<LeftResource[]> {
  const secrets = await remainingSecrets(vault, call().signal, id);
  return secrets.map(({ type, name }) => ({ service: 'vault', type, id: name, name, reason: 'not deleted' }));
}
