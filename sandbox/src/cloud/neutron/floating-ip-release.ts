import type { Cloud } from '../cloud.ts';
import { bump } from './base-row.ts';

/** Takes the floating IPs off a port that goes away; they stay, DOWN. */
export function releaseFloatingIps(cloud: Cloud, portId: string): void {
  for (const address of cloud.tables.floatingIps.by('port', portId)) {
    bump(address);
    cloud.tables.floatingIps.patch(address, { port_id: null, fixed_ip_address: null, router_id: null, status: 'DOWN' });
  }
}
