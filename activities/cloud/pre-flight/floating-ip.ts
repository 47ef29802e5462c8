import type { FloatingIp } from 'openstack-client-ts';
import { type ClusterSpec, ownerTag } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { listed } from '../ownership.ts';
import { call } from '../session.ts';
import { orMissing, type Report } from './report.ts';

/**
 * The user's own floating IP. It must be free: taking it from a port takes an address from what stands behind the port.
 */
export async function checkFloatingIp(
  { client }: Cloud,
  { api: { floatingIp: address } }: ClusterSpec,
  clusterId: string | undefined,
  report: Report,
): Promise<FloatingIp | undefined> {
  if (address === undefined) return undefined;
  const { project } = await client.authenticate(call());
  const found = await listed(client.network.floatingIps, { floating_ip_address: address });
  const floatingIp = found.find(({ project_id: owner }) => owner === project?.id);
  if (floatingIp === undefined) report('floatingIp', { address });
  else if (floatingIp.port_id) await judgePort(client, address, floatingIp.port_id, clusterId, report);
  return floatingIp;
}

async function judgePort(
  client: Cloud['client'],
  address: string,
  id: string,
  clusterId: string | undefined,
  report: Report,
): Promise<void> {
  const port = await orMissing(client.network.ports.get(id, call()));
  if (clusterId !== undefined && port?.description === ownerTag(clusterId)) return;
  const device = `${port?.device_owner ?? ''} ${port?.device_id ?? ''}`.trim() || 'no device';
  report('floatingIpUsed', { address, port: id, device });
}
