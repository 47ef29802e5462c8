import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import {
  type ClusterSpec,
  CONTROL_PLANE_GROUP,
  controlPlaneSerial,
  FailureType,
  vaultPaths,
} from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { requireApi } from '../kubernetes/cluster-api.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../openstack/clouds.ts';
import { removeServers } from '../openstack/delete-servers.ts';
import { ownResources } from '../openstack/own-resources.ts';
import { listControlPlanes, removeNode } from './control-plane-nodes.ts';
import { type EtcdAccess, etcdAccess, EtcdPeer } from './etcd/etcd-members.ts';
import { type Leaving, lookUntilSafe } from './etcd/look-at-etcd.ts';
import type { EtcdLook } from './etcd/quorum.ts';

export interface RetireControlPlaneInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  /** Name of the machine that goes. */
  readonly machine: string;
  /** How many control planes shall be there at the end: fewer must never be left. */
  readonly wanted: number;
}

/**
 * Takes a machine out of the control plane and removes it: out of the load balancer, the leadership handed on, out of
 * etcd, and then at once the server, because without etcd its API server answers nothing; the node, so that the next
 * machine that joins does not look for its etcd; its keys in Vault; its port. Before etcd is touched the rest is proven
 * whole, here and now, whatever steps before have seen. Run again after a crash, it goes on from what is left.
 *
 * @throws ApplicationFailure `Etcd.NotSafe` when the rest is not whole; the machine stays a member
 */
export const retireControlPlane =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, machine, wanted }: RetireControlPlaneInput): Promise<void> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const api = await requireApi(vault, id);
    const others = (await listControlPlanes(api)).filter((name) => name !== machine);
    if (others.length === 0) throw notSafe(machine, 'no other control plane is a node');
    const access = await etcdAccess(vault, id, api);
    const ports = (await own.ports.list()).filter(({ name }) => name === machine);
    const addresses = new Set(ports.flatMap((port) => port.fixed_ips.map((fixed) => fixed.ip_address)));
    const leaving: Leaving = {
      // One that has not started yet has no name in etcd.
      of: (members) => members.filter((one) => one.name === machine || one.addresses.some((at) => addresses.has(at))),
      wanted,
      refusal: (reason) => notSafe(machine, reason),
    };
    await lookUntilSafe(access, others, leaving);
    reportProgress({ detail: `${machine} leaves the load balancer` });
    await own.apiMembers.remove(machine);
    // Octavia has taken its time; what counts is now.
    const look = await lookUntilSafe(access, others, leaving);
    for (const { id: member } of look.going) {
      await handOn(access, look, machine, member);
      reportProgress({ detail: `${machine} leaves etcd` });
      await EtcdPeer.with(access, look.helper, (peer) => peer.removeMember(member));
    }
    const servers = (await own.servers.list({ group: CONTROL_PLANE_GROUP })).filter(({ name }) => name === machine);
    const ids = new Set(servers.map((server) => server.id));
    await removeServers(own, id, { group: CONTROL_PLANE_GROUP, chosen: (server) => ids.has(server.id) });
    await removeNode(api, machine);
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

/** Gives the leadership to the youngest of the others, if the machine that goes has it. */
async function handOn(
  access: EtcdAccess,
  { members, statuses }: EtcdLook,
  machine: string,
  memberId: string,
): Promise<void> {
  const leads = [...statuses.values()].some(({ leaderId }) => leaderId === memberId);
  const heir = members.filter(({ id: other }) => other !== memberId).at(-1);
  if (!leads || heir === undefined) return;
  // Only the leader takes it; one that is broken leads nothing much longer.
  await EtcdPeer.with(access, machine, (peer) => peer.moveLeader(heir.id)).catch(() => undefined);
}

const notSafe = (machine: string, reason: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `${machine} was not taken out of the control plane, because etcd would not be whole without it: ${reason}`,
    FailureType.EtcdNotSafe,
  );
