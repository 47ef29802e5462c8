import type { LoadBalancer } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec } from '../../model/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { call } from '../cloud/session.ts';
import { oldestFirst } from '../lib/ensure.ts';
import { reportProgress } from '../lib/progress.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import type { ClusterNetwork } from '../network/ensure-network.ts';

const GONE_DEADLINE_MS = 15 * 60_000;

/**
 * Removes the load balancers with which a creation cannot go on: one that Octavia could not build, one on a port that
 * is not the VIP's (the fault matrix, "ensureApi POST …/loadbalancers: error" and "ensureApi POST …/ports: vanishes"),
 * and doubles. For unfinished creations only: of a living cluster each of them may carry the API (docs/decisions/0021).
 */
export const repairApi =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec, network }: { id: string; spec: ClusterSpec; network: ClusterNetwork }): Promise<void> => {
    const cloud = await clouds.get(spec.cloud);
    const { loadBalancers, ports, apiListener } = ownResources(cloud, id);
    const { loadBalancers: looks } = cloud.client.loadBalancer;
    const [found, vipPorts] = await Promise.all([
      loadBalancers.list(),
      ports.list({ network_id: network.networkId, name: clusterNames(id).vipPort }),
    ]);
    const left = found.filter((one) => one.provisioning_status !== 'PENDING_DELETE');
    const isUsable = async (one: Own<LoadBalancer>): Promise<boolean> =>
      one.provisioning_status !== 'ERROR' &&
      vipPorts.some((port) => port.id === one.vip_port_id) &&
      (await apiListener.of(one)) !== undefined;
    let kept = false;
    for (const one of oldestFirst(left, ({ created_at: time }) => time ?? '')) {
      if (!kept && (await isUsable(one))) {
        kept = true;
        continue;
      }
      reportProgress({ detail: `removing load balancer ${one.id} (${one.provisioning_status})` });
      await loadBalancers.remove(one);
      await looks.waitGone(one.id, { ...call(), deadlineMs: timeLeft(GONE_DEADLINE_MS) });
    }
  };
