import type { ClusterSpec } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { findExternalNetwork } from './external-network.ts';
import { checkFloatingIp } from './floating-ip.ts';
import { checkOwnNetwork, type OwnNetwork } from './own-network.ts';
import type { Report } from './report.ts';
import { findRouter, judgeRouter } from './router.ts';

/** What of the cluster's network is there already. */
export interface Surroundings {
  readonly own: OwnNetwork | undefined;
  readonly externalNetworkId: string | undefined;
  readonly floatingIpId: string | undefined;
}

/** The user's own network, router and floating IP, the external network, and whether they belong together. */
export async function checkNetwork(
  cloud: Cloud,
  spec: ClusterSpec,
  clusterId: string | undefined,
  report: Report,
): Promise<Surroundings> {
  const finding = checkOwnNetwork(cloud, spec, clusterId, report);
  const [own, router, floatingIp] = await Promise.all([
    finding,
    findRouter(cloud, spec, finding, report),
    checkFloatingIp(cloud, spec, clusterId, report),
  ]);
  const found = await findExternalNetwork(cloud, spec, { floatingIp, router }, report);
  const external = floatingIp?.floating_network_id ?? found;
  await judgeRouter(cloud, spec, clusterId, { own, router, external }, report);
  return { own, externalNetworkId: found, floatingIpId: floatingIp?.id };
}
