import { ApplicationFailure } from '@temporalio/activity';
import { FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { requireApi } from '../kubernetes/cluster-api.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { listControlPlanes } from './control-plane-nodes.ts';
import { type EtcdAccess, etcdAccess, EtcdPeer } from './etcd/etcd-members.ts';
import { lookUntilSafe } from './etcd/look-at-etcd.ts';
import type { EtcdLook } from './etcd/quorum.ts';
import type { LeavingControlPlane } from '../api/remove-api-member.ts';

export interface RemoveEtcdMemberInput extends LeavingControlPlane {
  /** How many control planes shall be there at the end: fewer must never be left. */
  readonly wanted: number;
}

/**
 * Takes a machine out of etcd, after the leadership was handed on. The rest is proven whole right before, whatever
 * steps before have seen. Gone already is well.
 *
 * @throws ApplicationFailure `Etcd.NotSafe` when the rest is not whole; the machine stays a member
 */
export const removeEtcdMember =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, machine, wanted }: RemoveEtcdMemberInput): Promise<void> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const api = await requireApi(vault, id);
    const others = (await listControlPlanes(api)).filter((name) => name !== machine);
    if (others.length === 0) throw notSafe(machine, 'no other control plane is a node');
    const access = await etcdAccess(vault, id, api);
    const ports = (await own.ports.list()).filter(({ name }) => name === machine);
    const addresses = new Set(ports.flatMap((port) => port.fixed_ips.map((fixed) => fixed.ip_address)));
    const look = await lookUntilSafe(access, others, {
      // One that has not started yet has no name in etcd.
      of: (members) => members.filter((one) => one.name === machine || one.addresses.some((at) => addresses.has(at))),
      wanted,
      refusal: (reason) => notSafe(machine, reason),
    });
    for (const { id: member } of look.going) {
      await handOn(access, look, machine, member);
      reportProgress({ detail: `${machine} leaves etcd` });
      await EtcdPeer.with(access, look.helper, (peer) => peer.removeMember(member));
    }
  };

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
