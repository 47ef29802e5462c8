import { unsupported } from './errors.ts';
import type { LoadBalancer } from './rows.ts';

/** The providers that can be asked for: two names of one driver, and that of OVN. */
export const providers: Readonly<Record<string, string>> = {
  amphora: 'The Octavia Amphora driver.',
  octavia: 'Deprecated alias of the Octavia Amphora driver.',
  ovn: 'Octavia OVN driver.',
};

interface ListenerOptions {
  readonly protocol: string;
  readonly allowed_cidrs?: readonly string[] | null | undefined;
}
interface PoolOptions {
  readonly protocol: string;
  readonly lb_algorithm?: string | null | undefined;
}

const ovnProtocols = ['TCP', 'UDP', 'SCTP'];

/**
 * Refuses what the driver of a load balancer cannot do (ovn-octavia-provider:ovn_octavia_provider/driver.py). @throws
 * ApiError 501
 */
export function checkListenerOptions(
  { provider }: LoadBalancer,
  { protocol, allowed_cidrs: cidrs }: ListenerOptions,
): void {
  if (provider !== 'ovn') return;
  checkOvnProtocol(protocol);
  if (cidrs && cidrs.length > 0) throw unsupported(provider, 'OVN provider does not support allowed_cidrs option');
}

/** As {@link checkListenerOptions} (octavia:octavia/api/drivers/amphora_driver/v2/driver.py). */
export function checkPoolOptions({ provider }: LoadBalancer, { protocol, lb_algorithm: algorithm }: PoolOptions): void {
  if (provider === 'ovn') {
    checkOvnProtocol(protocol);
    if (algorithm && algorithm !== 'SOURCE_IP_PORT')
      throw unsupported(provider, `OVN provider does not support ${algorithm} algorithm`);
  } else if (algorithm === 'SOURCE_IP_PORT') {
    throw unsupported(provider, 'Amphora provider does not support SOURCE_IP_PORT algorithm.');
  }
}

function checkOvnProtocol(protocol: string): void {
  if (!ovnProtocols.includes(protocol)) throw unsupported('ovn', `OVN provider does not support ${protocol} protocol`);
}
