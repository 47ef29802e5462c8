import { cancellationSignal } from '@temporalio/activity';
import { CONTROL_PLANE_GROUP, controlPlaneSerial, vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { removeNode, requireApi } from '../kubernetes/cluster-api.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { removeServers } from '../machines/delete-servers.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { removePorts } from '../machines/remove-machines.ts';
import type { LeavingControlPlane } from '../api/remove-api-member.ts';

/**
 * Removes a machine that has left etcd: its server, because without etcd its API server answers nothing; its node, so
 * that the next machine that joins does not look for its etcd; its keys in Vault; its port.
 */
export const removeControlPlaneMachine =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, machine }: LeavingControlPlane): Promise<void> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const servers = await own.servers.list({ group: CONTROL_PLANE_GROUP });
    const ids = new Set(servers.filter(({ name }) => name === machine).map((server) => server.id));
    const staying = servers.filter(({ name }) => name !== machine).map(({ name }) => controlPlaneSerial(id, name));
    await removeServers(own, id, { group: CONTROL_PLANE_GROUP, chosen: (server) => ids.has(server.id) });
    await removeNode(await requireApi(vault, id), machine);
    await forgetSecrets(vault, id, staying);
    await removePorts(own, [machine]);
  };

/**
 * What a machine had to know goes with it; that of the highest serial number stays, so that its name is never used
 * again.
 */
async function forgetSecrets(vault: VaultClient, id: string, staying: readonly number[]): Promise<void> {
  const paths = vaultPaths(id);
  const kept = (await vault.kv.list(paths.controlPlanes, cancellationSignal())).map(Number);
  const highest = Math.max(...kept);
  for (const serial of kept.filter((one) => one !== highest && !staying.includes(one)))
    await vault.kv.remove(paths.controlPlane(serial), cancellationSignal());
}
