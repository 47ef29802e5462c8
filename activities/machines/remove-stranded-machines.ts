import { cancellationSignal } from '@temporalio/activity';
import { z } from 'zod';
import { type ClusterSpec, CONTROL_PLANE_GROUP, controlPlaneNames, vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { type Removed, removeServers } from './delete-servers.ts';
import { ownResources } from '../cloud/own-resources.ts';

/**
 * Removes all machines of an unfinished cluster that has lost a control plane since machines were let in. The first
 * control plane that is made anew makes a new Kubernetes, and what had joined the old one stays with it; another one
 * finds its own old self among etcd's members. Before machines are let in nothing is lost, and nothing is removed. Not
 * for a cluster that was Ready: what it has lost is repaired.
 */
export const removeStrandedMachines =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const { machinesAdmitted } = vaultPaths(id);
    if ((await vault.kv.find(machinesAdmitted, z.unknown(), cancellationSignal())) === undefined)
      return { removed: {} };
    const own = ownResources(await clouds.get(spec.cloud), id);
    const servers = await own.servers.list({ group: CONTROL_PLANE_GROUP });
    const sound = new Set(servers.filter(({ status }) => status !== 'ERROR').map(({ name }) => name));
    const wanted = controlPlaneNames(id, spec.controlPlane.count);
    if (wanted.every((name) => sound.has(name))) return { removed: {} };
    const removed = await removeServers(own, id);
    await vault.kv.remove(machinesAdmitted, cancellationSignal());
    return removed;
  };
