import type { ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { removeNode, requireApi } from '../kubernetes/cluster-api.ts';
import { concurrently } from '../lib/concurrently.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { removeServers } from './delete-servers.ts';
import type { Machine } from './group-machines.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';

const AT_ONCE = 10;

/**
 * Removes machines of a group: the servers, then, once no kubelet can make them anew, the nodes, and ports that were
 * made for them. Each is proven on its own row to be this cluster's and of this group; what is gone already is well.
 */
export const removeMachines =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async (input: {
    readonly id: string;
    readonly spec: ClusterSpec;
    readonly group: string;
    readonly machines: readonly Machine[];
  }): Promise<void> => {
    const { id, spec, group, machines } = input;
    const own = ownResources(await clouds.get(spec.cloud), id);
    const ids = new Set(machines.map((machine) => machine.id));
    await removeServers(own, id, { group, chosen: (server) => ids.has(server.id) });
    const api = await requireApi(vault, id);
    await concurrently(machines, AT_ONCE, ({ name }) => removeNode(api, name));
    const names = machines.map(({ name }) => name);
    if (spec.network.networkId !== undefined) await removePorts(own, names);
  };

/**
 * Removes the ports of these names that no server has. Nova leaves those that were made before their machines: of
 * control planes, and on a network of the user's own with several subnets.
 */
export async function removePorts({ ports }: OwnResources, names: readonly string[]): Promise<void> {
  const wanted = new Set(names);
  const left = (await ports.list()).filter(({ name, device_id: device }) => wanted.has(name) && device === '');
  await concurrently(left, AT_ONCE, (port) => ports.remove(port));
}
