import type { ProxiedAnswer, ProxiedRequest } from '../support/fault-proxy.ts';
import type { Place } from './places.ts';

/** What every made-up answer says; a verdict must repeat it. */
const WORDS = 'made by the fault matrix';
/** The request id of made-up answers. */
export const requestIdOf = 'req-00000000-fa17-4000-8000-000000000000';

/** An error of a service in the form in which the service sends it. */
export function serviceError(
  place: Place,
  { path }: Pick<ProxiedRequest, 'path'>,
  status: number,
  more: Readonly<Record<string, string>> = {},
): ProxiedAnswer {
  if (place.service === 'vault') return answer(status, { errors: [WORDS] }, more);
  if (place.service === 'kubernetes')
    return answer(status, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: WORDS, code: status }, more);
  const headers = { 'x-openstack-request-id': requestIdOf, ...more };
  return answer(status, openStackBody(path, status), headers);
}

/** Each service has a form of its own (the references are named in openstack-client-ts/src/error-body.ts). */
function openStackBody(path: string, status: number): object {
  if (path.startsWith('/networking')) return { NeutronError: { type: 'HTTPError', message: WORDS, detail: '' } };
  if (path.startsWith('/load-balancer')) return { faultcode: 'Server', faultstring: WORDS, debuginfo: null };
  if (path.startsWith('/identity')) return { error: { code: status, title: 'Error', message: WORDS } };
  return { computeFault: { code: status, message: WORDS } };
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>>): ProxiedAnswer {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'content-length': bytes.length },
    body: bytes,
  };
}

/** Neutron's words when what is to be deleted is in use (neutron-lib: neutron_lib/exceptions). */
const IN_USE: Readonly<Record<string, string>> = {
  ports: 'PortInUse',
  networks: 'NetworkInUse',
  subnets: 'SubnetInUse',
  routers: 'RouterInUse',
  'security-groups': 'SecurityGroupInUse',
};

/** What a service answers while something changes or is in use; undefined where it has no such answer. */
export function busyAnswer({ service, method, path }: Place): ProxiedAnswer | undefined {
  if (service !== 'openstack') return undefined;
  const headers = { 'x-openstack-request-id': requestIdOf };
  const neutron = (type: string, status = 409) =>
    answer(status, { NeutronError: { type, message: WORDS, detail: '' } }, headers);
  const kind = /\/v2\.0\/([a-z-]+)/.exec(path)?.[1] ?? '';
  const inUse = IN_USE[kind];
  if (method === 'DELETE' && inUse !== undefined) return neutron(inUse);
  if (path.endsWith('/remove_router_interface')) return neutron('RouterInterfaceInUseByFloatingIP');
  if (method === 'POST' && kind === 'ports') return neutron('IpAddressGenerationFailure');
  if (method === 'POST' && kind === 'floatingips') return neutron('ExternalIpAddressExhausted', 400);
  if (method === 'DELETE' && path.includes('/loadbalancers/'))
    return answer(
      409,
      {
        faultcode: 'Client',
        faultstring: `Load Balancer is immutable and cannot be updated: ${WORDS}`,
        debuginfo: null,
      },
      headers,
    );
  if (method === 'DELETE' && path.includes('/servers/'))
    return answer(
      409,
      {
        conflictingRequest: {
          code: 409,
          message: `Cannot 'delete' instance while it is in task_state spawning: ${WORDS}`,
        },
      },
      headers,
    );
  return undefined;
}
