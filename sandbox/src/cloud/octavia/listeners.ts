import ipaddr from 'ipaddr.js';
import type { Cloud } from '../cloud.ts';
import { pythonRepr } from '../http/python-repr.ts';
import type { ListenerBody, ListenerChanges } from './bodies.ts';
import { hasTwins, newChild } from './create.ts';
import { fault, invalidOption, noChildren, notFound, validation } from './errors.ts';
import { checkListenerOptions } from './providers.ts';
import { lbOf } from './relations.ts';
import type { Listener, LoadBalancer } from './rows.ts';

/** Which pools a listener may have (octavia:octavia/common/constants.py, `VALID_LISTENER_POOL_PROTOCOL_MAP`). */
const fitting: Readonly<Record<string, readonly string[]>> = {
  TCP: ['HTTP', 'HTTPS', 'PROXY', 'PROXYV2', 'TCP'],
  HTTP: ['HTTP', 'PROXY', 'PROXYV2'],
  HTTPS: ['HTTPS', 'PROXY', 'PROXYV2', 'TCP'],
  TERMINATED_HTTPS: ['HTTP', 'PROXY', 'PROXYV2'],
  UDP: ['UDP'],
  SCTP: ['SCTP'],
};
const plainHeaders = [
  'X-Forwarded-For',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  'X-Forwarded-IP',
  'X-Client-IP',
  'X-Real-IP',
];
const tlsHeaders = [
  'X-SSL-Client-Verify',
  'X-SSL-Client-Has-Cert',
  'X-SSL-Client-DN',
  'X-SSL-Client-CN',
  'X-SSL-Issuer',
  'X-SSL-Client-SHA1',
  'X-SSL-Client-Not-Before',
  'X-SSL-Client-Not-After',
];

/** 400 unless a pool of this protocol can stand behind a listener of that. */
export function requireFitting(listener: string, pool: string): void {
  if (fitting[listener]?.includes(pool)) return;
  throw validation(`The pool protocol '${pool}' is invalid while the listener protocol is '${listener}'.`);
}

/** The transport that a port is taken for. */
const transport = (protocol: string): string => (protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP');

/** The pool that becomes a listener's default. */
export function requireDefaultPool(cloud: Cloud, lb: LoadBalancer, id: string, protocol: string): void {
  if (protocol === 'PROMETHEUS') throw noChildren();
  const pool = cloud.tables.pools.get(id);
  if (pool?.lbId !== lb.id) throw notFound('Pool', id);
  requireFitting(protocol, pool.protocol);
}

function checkHeaders(headers: readonly string[], protocol: string, shown = pythonRepr(headers)): void {
  if (protocol !== 'HTTP' && protocol !== 'TERMINATED_HTTPS')
    throw invalidOption('insert-headers', `a ${protocol} protocol listener.`);
  if (headers.some((name) => !plainHeaders.includes(name) && !tlsHeaders.includes(name)))
    throw invalidOption(shown, 'insert_headers');
  const tls = headers.filter((name) => tlsHeaders.includes(name));
  if (protocol !== 'TERMINATED_HTTPS' && tls.length > 0)
    throw invalidOption(pythonRepr(tls), `${protocol} protocol listener.`);
}

function checkCidrs(lb: LoadBalancer, cidrs: readonly string[]): void {
  if (cidrs.length > 0 && lb.vip_sg_ids.length > 0)
    throw validation('Allowed CIDRs are not allowed when using custom VIP Security Groups.');
  const vips = [lb.vip_address, ...lb.additional_vips.map((vip) => vip.ip_address)];
  const kinds = new Set(vips.map((vip) => ipaddr.parse(vip).kind()));
  const wrong = cidrs.find((cidr) => !kinds.has(ipaddr.parseCIDR(cidr)[0].kind()));
  if (wrong !== undefined)
    throw validation(`CIDR ${wrong} IP version incompatible with all VIPs ${pythonRepr(vips)} IP version.`);
}

/** What TLS would need. There is no place for certificates here, so that no reference can be good. */
function checkTls(body: ListenerBody, protocol: string): void {
  const references = [
    ...(body.sni_container_refs ?? []),
    ...((body.default_tls_container_ref ?? '') ? [body.default_tls_container_ref] : []),
  ];
  const terminates = protocol === 'TERMINATED_HTTPS' || (protocol === 'PROMETHEUS' && references.length > 0);
  if (transport(protocol) !== 'TCP' && (references.length > 0 || Object.keys(body.insert_headers ?? {}).length > 0))
    throw validation(`${protocol} protocol listener does not support TLS.`);
  if (!terminates && references.length > 0)
    throw validation(`Certificate container references are not allowed on ${protocol} protocol listeners.`);
  if (body.client_ca_tls_container_ref && references.length === 0)
    throw validation(
      'An SNI or default certificate container reference must be provided with a client CA container reference.',
    );
  if (terminates && references.length === 0)
    throw validation(
      `An SNI or default certificate container reference must be provided for ${protocol} protocol listeners.`,
    );
  if (body.client_authentication !== 'NONE' && !body.client_ca_tls_container_ref)
    throw validation(
      `Client authentication setting ${pythonAuthentication(body)} requires a client CA container reference.`,
    );
  if (body.client_crl_container_ref && !body.client_ca_tls_container_ref)
    throw validation(
      'A client authentication CA reference is required to specify a client authentication revocation list.',
    );
  if (references.length > 0) throw fault(400, `Could not retrieve certificate: ${pythonRepr(references)}`);
}

const pythonAuthentication = (body: ListenerBody): string => body.client_authentication ?? 'None';

function checkStrictTransport(
  body: Pick<ListenerChanges, 'hsts_max_age' | 'hsts_include_subdomains' | 'hsts_preload'>,
  protocol: string,
  words: string,
): void {
  const age = typeof body.hsts_max_age === 'number';
  if ((body.hsts_include_subdomains || body.hsts_preload) && !age) throw validation(words);
  if (age && protocol !== 'TERMINATED_HTTPS')
    throw validation('The HSTS feature can only be used for listeners using the TERMINATED_HTTPS protocol.');
}

/**
 * Makes a listener, checked as Octavia does (octavia:octavia/api/v2/controllers/listener.py,
 * `_validate_create_listener`).
 */
export function makeListener(cloud: Cloud, lb: LoadBalancer, body: ListenerBody, poolId: string | null): Listener {
  const { listeners } = cloud.tables;
  const { protocol } = body;
  const headers = Object.keys(body.insert_headers ?? {});
  if (headers.length > 0) checkHeaders(headers, protocol, `dict_keys(${pythonRepr(headers)})`);
  checkTls(body, protocol);
  const twin = listeners
    .by('lb', lb.id)
    .find((one) => one.protocol_port === body.protocol_port && transport(one.protocol) === transport(protocol));
  if (twin || hasTwins(body.tags)) throw duplicate(twin?.protocol ?? protocol, body.protocol_port);
  const cidrs = [...new Set(body.allowed_cidrs ?? [])];
  checkCidrs(lb, cidrs);
  checkStrictTransport(
    body,
    protocol,
    'HSTS configuration options hsts_include_subdomains and hsts_preload only make sense if hsts_max_age is set as well.',
  );
  return listeners.insert({
    ...newChild(body, lb),
    protocol,
    protocol_port: body.protocol_port,
    connection_limit: body.connection_limit ?? -1,
    default_pool_id: poolId,
    insert_headers: body.insert_headers ?? {},
    timeout_client_data: body.timeout_client_data ?? 50_000,
    timeout_member_connect: body.timeout_member_connect ?? 5000,
    timeout_member_data: body.timeout_member_data ?? 50_000,
    timeout_tcp_inspect: body.timeout_tcp_inspect ?? 0,
    allowed_cidrs: cidrs.length > 0 ? cidrs : null,
    tls_ciphers: body.tls_ciphers ?? null,
    tls_versions: body.tls_versions ?? null,
    alpn_protocols: body.alpn_protocols ?? null,
  });
}

const duplicate = (protocol: string, port: number) =>
  fault(409, `Another Listener on this Load Balancer is already using protocol ${protocol} and protocol_port ${port}`);

/** What an update changes of a listener, checked (`_validate_listener_PUT`); null resets. */
export function changesOfListener(cloud: Cloud, row: Listener, body: ListenerChanges): Partial<Listener> {
  const { protocol } = row;
  const headers = body.insert_headers ?? {};
  const references = [
    ...(body.sni_container_refs ?? []),
    ...(body.default_tls_container_ref ? [body.default_tls_container_ref] : []),
  ];
  if (transport(protocol) !== 'TCP' && (references.length > 0 || Object.keys(headers).length > 0))
    throw validation(`${protocol} protocol listener does not support TLS or header insertion.`);
  if (references.length > 0 && protocol !== 'PROMETHEUS')
    throw validation(`Certificate container references are not allowed on ${protocol} protocol listeners.`);
  const { client_authentication: authentication } = body;
  if (authentication !== undefined && authentication !== 'NONE' && !body.client_ca_tls_container_ref)
    throw validation(
      `Client authentication setting ${authentication ?? 'None'} requires a client CA container reference.`,
    );
  if (Object.keys(headers).length > 0) checkHeaders(Object.keys(headers), protocol);
  if (references.length > 0) throw fault(400, `Could not retrieve certificate: ${pythonRepr(references)}`);
  if (body.client_crl_container_ref && !body.client_ca_tls_container_ref)
    throw validation(
      'A client authentication CA reference is required to specify a client authentication revocation list.',
    );
  if (body.client_ca_tls_container_ref)
    throw fault(400, `Could not retrieve certificate: ${pythonRepr([body.client_ca_tls_container_ref])}`);
  const lb = lbOf(cloud, row);
  if (body.allowed_cidrs) checkCidrs(lb, body.allowed_cidrs);
  checkListenerOptions(lb, { protocol, allowed_cidrs: body.allowed_cidrs });
  checkStrictTransport(
    body,
    protocol,
    'Cannot enable hsts_include_subdomains or hsts_preload if hsts_max_age was not set as well.',
  );
  if (body.default_pool_id) requireDefaultPool(cloud, lb, body.default_pool_id, protocol);
  const reset = <K extends keyof Listener>(key: K, value: Listener[K] | null | undefined, standard: Listener[K]) =>
    value === undefined ? {} : { [key]: value ?? standard };
  return {
    ...reset('connection_limit', body.connection_limit, -1),
    ...reset('timeout_client_data', body.timeout_client_data, 50_000),
    ...reset('timeout_member_connect', body.timeout_member_connect, 5000),
    ...reset('timeout_member_data', body.timeout_member_data, 50_000),
    ...reset('timeout_tcp_inspect', body.timeout_tcp_inspect, 0),
    ...reset('insert_headers', body.insert_headers, {}),
    ...reset('default_pool_id', body.default_pool_id, null),
    ...reset('tls_ciphers', body.tls_ciphers, null),
    ...reset('tls_versions', body.tls_versions, null),
    ...reset('alpn_protocols', body.alpn_protocols, null),
    ...(body.allowed_cidrs !== undefined && {
      allowed_cidrs: (body.allowed_cidrs ?? []).length > 0 ? body.allowed_cidrs : null,
    }),
  };
}
