import type { Cloud } from '../cloud.ts';
import type { MonitorBody, PoolBody, PoolChanges } from './bodies.ts';
import { hasTwins, newChild } from './create.ts';
import { alreadyThere, fault, validation } from './errors.ts';
import { checkPoolOptions } from './providers.ts';
import type { LoadBalancer, Pool, SessionPersistence } from './rows.ts';

type PersistenceBody = NonNullable<PoolBody['session_persistence'] | PoolChanges['session_persistence']>;

const isDatagram = (protocol: string): boolean => protocol === 'UDP' || protocol === 'SCTP';

/** Session persistence that fits the pool (octavia:octavia/api/v2/controllers/pool.py; common/validate.py). */
export function checkPersistence(body: PersistenceBody, protocol: string, datagrams = 'UDP and SCTP protocol'): void {
  const { type, cookie_name: cookie, persistence_timeout: timeout, persistence_granularity: granularity } = body;
  if (isDatagram(protocol)) {
    if (type === 'SOURCE_IP' && cookie)
      throw validation(
        'session_persistence SOURCE_IP type for UDP and SCTP protocols only accepts: type, persistence_timeout, persistence_granularity.',
      );
    if (cookie) throw validation('Cookie names are not supported for UDP/SCTP pools.');
    if (type === 'HTTP_COOKIE' || type === 'APP_COOKIE')
      throw validation(`Session persistence of type ${type} is not supported for UDP/SCTP protocol pools.`);
  } else if (timeout || granularity) {
    throw validation(`persistence_timeout and persistence_granularity is only for ${datagrams} pools.`);
  }
  if (type === undefined) throw validation('Invalid session_persistence provided.');
  if (cookie) {
    if (type !== 'APP_COOKIE')
      throw validation('Field "cookie_name" can only be specified with session persistence of type "APP_COOKIE".');
    if (/[\s"(),/:-@[-\]{}\p{Cc}]/u.test(cookie)) throw validation('Supplied "cookie_name" is invalid.');
  } else if (type === 'APP_COOKIE') {
    throw validation('Field "cookie_name" must be specified when using the "APP_COOKIE" session persistence type.');
  }
}

const persistenceRow = (body: PersistenceBody): SessionPersistence => ({
  type: body.type ?? '',
  cookie_name: body.cookie_name ?? null,
  persistence_timeout: body.persistence_timeout ?? null,
  persistence_granularity: body.persistence_granularity ?? null,
});

function checkTls(body: Pick<PoolChanges, 'tls_container_ref' | 'ca_tls_container_ref' | 'crl_container_ref'>): void {
  if (body.crl_container_ref && !body.ca_tls_container_ref)
    throw validation('A CA certificate reference is required to specify a revocation list.');
  const reference = body.tls_container_ref || body.ca_tls_container_ref;
  if (reference) throw fault(400, `Could not retrieve certificate: ['${reference}']`);
}

/** Makes a pool without members. */
export function makePool(
  cloud: Cloud,
  lb: LoadBalancer,
  body: PoolBody & { readonly protocol: string; readonly lb_algorithm: string },
): Pool {
  checkTls(body);
  if (hasTwins(body.tags)) throw alreadyThere();
  const tls = body.tls_enabled === true;
  return cloud.tables.pools.insert({
    ...newChild(body, lb),
    protocol: body.protocol,
    lb_algorithm: body.lb_algorithm,
    session_persistence: body.session_persistence ? persistenceRow(body.session_persistence) : null,
    tls_enabled: tls,
    tls_ciphers: body.tls_ciphers ?? (tls ? defaultCiphers : null),
    tls_versions: body.tls_versions ?? (tls ? ['TLSv1.2', 'TLSv1.3'] : null),
    alpn_protocols: body.alpn_protocols ?? (tls ? ['h2', 'http/1.1', 'http/1.0'] : null),
  });
}

/** The OWASP suite B (octavia:octavia/common/constants.py, `CIPHERS_OWASP_SUITE_B`). */
const defaultCiphers =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305';

/** What an update changes of a pool, checked. */
export function changesOfPool(row: Pool, lb: LoadBalancer, body: PoolChanges): Partial<Pool> {
  let { session_persistence: persistence } = body;
  if (persistence) {
    persistence = { ...persistence, type: persistence.type ?? persistenceType(row) };
    checkPersistence(persistence, row.protocol, 'UDP protocol');
  }
  checkTls(body);
  checkPoolOptions(lb, { protocol: row.protocol, lb_algorithm: body.lb_algorithm });
  return {
    ...(body.lb_algorithm && { lb_algorithm: body.lb_algorithm }),
    ...(persistence !== undefined && { session_persistence: persistence ? persistenceRow(persistence) : null }),
    ...(body.tls_enabled !== undefined && { tls_enabled: body.tls_enabled ?? false }),
    ...(body.tls_ciphers !== undefined && { tls_ciphers: body.tls_ciphers ?? defaultCiphers }),
    ...(body.tls_versions !== undefined && { tls_versions: body.tls_versions ?? ['TLSv1.2', 'TLSv1.3'] }),
    ...(body.alpn_protocols !== undefined && { alpn_protocols: body.alpn_protocols }),
  };
}

const persistenceType = (row: Pool) => {
  const known = (['SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE'] as const).find(
    (type) => type === row.session_persistence?.type,
  );
  return known;
};

/** Which monitors fit which pools. */
export function checkMonitorFits(
  body: Pick<MonitorBody, 'type'> & { readonly delay?: number | null | undefined },
  protocol: string,
): void {
  if (!isDatagram(protocol)) {
    if (body.type === 'UDP-CONNECT' || body.type === 'SCTP')
      throw validation(`The ${body.type} type is only supported for pools of type UDP/SCTP.`);
    return;
  }
  if (!['UDP-CONNECT', 'SCTP', 'TCP', 'HTTP'].includes(body.type))
    throw validation(
      `The associated pool protocol is ${protocol}, so only a UDP-CONNECT/SCTP/TCP/HTTP health monitor is supported.`,
    );
  if (body.type === 'UDP-CONNECT' && typeof body.delay === 'number' && body.delay < 3)
    throw validation(
      `The request delay value ${body.delay} should be larger than 3 for UDP-CONNECT health monitor type.`,
    );
}
