import { cancellationSignal } from '@temporalio/activity';
import { CONTROL_PLANE_GROUP, controlPlaneSerial, vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { requireApi } from '../kubernetes/cluster-api.ts';
import type { Clouds } from '../openstack/clouds.ts';
import { removeServers } from '../openstack/delete-servers.ts';
import { ownResources } from '../openstack/own-resources.ts';
import { removeNode } from './control-plane-nodes.ts';
import type { LeavingControlPlane } from './remove-api-member.ts';

/**
 * Removes a machine that has left etcd: its server, because without etcd its API server answers nothing; its node, so
 * that the next machine that joins does not look for its etcd; its keys in Vault; its port.
 */
export const removeControlPlaneMachine =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, machine }: LeavingControlPlane): Promise<void> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const servers = (await own.servers.list({ group: CONTROL_PLANE_GROUP })).filter(({ name }) => name === machine);
    const ids = new Set(servers.map((server) => server.id));
    await removeServers(own, id, { group: CONTROL_PLANE_GROUP, chosen: (server) => ids.has(server.id) });
    await removeNode(await requireApi(vault, id), machine);
    await forgetSecrets(vault, id, machine);
    for (const port of await own.ports.list())
      if (port.name === machine && !port.device_id) await own.ports.remove(port);
  };

/**
 * What a machine had to know goes with it; that of the highest serial number stays, so that its name is never used
 * again.
 */
async function forgetSecrets(vault: VaultClient, id: string, machine: string): Promise<void> {
  const paths = vaultPaths(id);
  const serial = controlPlaneSerial(id, machine);
  const kept = await vault.kv.list(paths.controlPlanes, cancellationSignal());
  if (kept.some((other) => Number(other) > serial))
    await vault.kv.remove(paths.controlPlane(serial), cancellationSignal());
}
