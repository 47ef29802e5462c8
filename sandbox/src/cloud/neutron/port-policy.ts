import { pythonText } from '../http/python-repr.ts';
import type { Call } from '../http/service.ts';
import type { Allows } from './attributes.ts';
import type { Network } from './rows.ts';

/** What only the owner of the network may set (openstack/neutron:neutron/conf/policies/port.py). */
const ofTheNetwork = [':mac_address', ':fixed_ips', ':port_security_enabled', ':allowed_address_pairs'];

/** What an ordinary user may do with a port. */
export function portPolicy(
  call: Call,
  target: Readonly<Record<string, unknown>>,
  network: Pick<Network, 'project_id' | 'shared'> | undefined,
): Allows {
  const { projectId } = call.who;
  const isOwner = target['project_id'] === projectId;
  const isNetworkOwner = network?.project_id === projectId;
  const isNetworkDevice = pythonText(target['device_owner']).startsWith('network:');
  return (rule) => {
    if (rule.includes(':binding:host_id') || rule.includes(':binding:profile')) return false;
    if (rule === 'update_port:mac_address') return false;
    if (rule.endsWith(':device_owner')) return !isNetworkDevice || isNetworkOwner;
    if (rule.endsWith(':tags') || rule === 'delete_port') return isOwner || isNetworkOwner;
    if (ofTheNetwork.some((part) => rule.includes(part))) {
      const isShared = network?.shared === true && !rule.endsWith(':ip_address');
      return isNetworkOwner || (isShared && rule.includes(':fixed_ips'));
    }
    return isOwner;
  };
}
