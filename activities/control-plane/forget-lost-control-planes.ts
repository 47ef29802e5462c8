import { ApplicationFailure } from '@temporalio/activity';
import { type ClusterSpec, CONTROL_PLANE_GROUP, controlPlaneSerial, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { removeNode, requireApi } from '../kubernetes/cluster-api.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { listControlPlanes } from './control-plane-nodes.ts';
import { etcdAccess, EtcdPeer } from './etcd/etcd-members.ts';
import { lookUntilSafe } from './etcd/look-at-etcd.ts';

/**
 * Forgets control planes that no server is behind any more: a join that was given up, a server that somebody deleted.
 * They leave etcd, where they would count for the majority and keep another from joining; the load balancer and the
 * nodes, and their ports go.
 *
 * @throws ApplicationFailure `Etcd.NotSafe` when one of them still answers, or the rest is not whole; nothing was
 *   changed
 */
export const forgetLostControlPlanes =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec }: { readonly id: string; readonly spec: ClusterSpec }): Promise<void> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const api = await requireApi(vault, id);
    const [servers, ports, nodes, behind, access] = await Promise.all([
      own.servers.list({ group: CONTROL_PLANE_GROUP }),
      own.ports.list(),
      listControlPlanes(api),
      own.apiMembers.names(),
      etcdAccess(vault, id, api),
    ]);
    const machines = new Set(servers.map(({ name }) => name));
    const ids = new Set(servers.map((server) => server.id));
    const addresses = new Set(
      ports
        .filter(({ device_id: device }) => device && ids.has(device))
        .flatMap((port) => port.fixed_ips.map((fixed) => fixed.ip_address)),
    );
    // What has another name is not a machine of ours, and stays.
    const isLost = (name: string): boolean => !Number.isNaN(controlPlaneSerial(id, name)) && !machines.has(name);
    const look = await lookUntilSafe(access, nodes, {
      of: (members) =>
        members.filter((one) => (one.name === '' ? !one.addresses.some((at) => addresses.has(at)) : isLost(one.name))),
      wanted: 1,
      refusal: notSafe,
    });
    const alive = look.going.find(({ name }) => look.statuses.has(name));
    if (alive !== undefined)
      throw notSafe(`its etcd answers, although the cloud has no server ${alive.name} with the cluster's mark`, [
        alive,
      ]);
    for (const member of look.going) {
      reportProgress({ detail: `etcd forgets ${nameOf(member)}` });
      await EtcdPeer.with(access, look.helper, (peer) => peer.removeMember(member.id));
    }
    await own.apiMembers.remove(...[...behind].filter(isLost));
    for (const name of nodes.filter(isLost)) await removeNode(api, name);
    for (const port of ports) if (isLost(port.name) && !port.device_id) await own.ports.remove(port);
  };

const nameOf = ({ id, name }: { id: string; name: string }): string => (name === '' ? `member ${id}` : name);

const notSafe = (reason: string, lost: readonly { id: string; name: string }[]): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `no server is behind ${lost.map(nameOf).join(', ')}, but etcd must not forget it now: ${reason}. Nothing was changed`,
    FailureType.EtcdNotSafe,
  );
