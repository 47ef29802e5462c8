import { ConfigurationError } from 'openstack-client-ts';
import type { ClusterSpec } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { call } from '../session.ts';
import { type Report, someNames } from './report.ts';

/** The provider `amphora` under its other names (octavia: setup.cfg, octavia.api.drivers). */
const AMPHORA = ['amphora', 'octavia', 'amphorav2'];

/**
 * The provider of the API's load balancer: the one that is named. Octavia does not tell a project which is the default,
 * and what one provider takes another refuses when the network is already made; so it is named in the request: the only
 * one there is, or, of several, `amphora` or else `ovn`. Of several others the default is left to Octavia.
 */
export async function checkProvider(
  { client }: Cloud,
  { api: { loadBalancerProvider: wanted } }: ClusterSpec,
  report: Report,
): Promise<string | undefined> {
  const providers = await client.loadBalancer
    .providers(call())
    .all()
    .catch((error: unknown) => {
      if (error instanceof ConfigurationError) return undefined;
      throw error;
    });
  if (providers === undefined) {
    report('loadBalancerService', {});
    return undefined;
  }
  const names = providers.map(({ name }) => name);
  if (wanted === undefined) return preferred(names);
  if (!names.includes(wanted)) report('provider', { provider: wanted, names: someNames(providers) });
  return wanted;
}

const preferred = (names: readonly string[]): string | undefined =>
  [...AMPHORA, 'ovn'].find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
