import type { ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { requireApi, statusOf } from '../kubernetes/cluster-api.ts';
import { kubernetesFailure } from '../kubernetes/failures.ts';
import { concurrently } from '../lib/concurrently.ts';
import type { Machine } from './choose-surplus.ts';
import type { Clouds } from './clouds.ts';
import { removeServers } from './delete-servers.ts';
import { type OwnResources, ownResources } from './own-resources.ts';

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
    await concurrently(machines, AT_ONCE, async ({ name }) => {
      try {
        await api.core.deleteNode({ name }, api.options());
      } catch (error) {
        if (statusOf(error) !== 404) throw kubernetesFailure(error, `removing node ${name}`);
      }
    });
    if (spec.network.networkId !== undefined) await removePorts(own, machines);
  };

/**
 * A network of the user's own with several subnets needs ports that are made before the machines; Nova leaves those.
 */
async function removePorts({ ports }: OwnResources, machines: readonly Machine[]): Promise<void> {
  const names = new Set(machines.map(({ name }) => name));
  const left = (await ports.list()).filter(({ name, device_id: device }) => names.has(name) && device === '');
  await concurrently(left, AT_ONCE, (port) => ports.remove(port));
}
