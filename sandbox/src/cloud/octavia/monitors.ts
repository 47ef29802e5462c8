import type { Cloud } from '../cloud.ts';
import type { MonitorBody, MonitorChanges } from './bodies.ts';
import { hasTwins, newChild } from './create.ts';
import { fault, invalidOption, validation } from './errors.ts';
import { lbOf, monitorOf } from './relations.ts';
import type { HealthMonitor, Pool } from './rows.ts';

const ofHttp = ['http_method', 'url_path', 'expected_codes'] as const;
const isHttp = (type: string): boolean => type === 'HTTP' || type === 'HTTPS';

function checkDomain(version: number | null | undefined, domain: string | null | undefined): void {
  if (domain && !version) throw validation(`'http_version' must be specified when 'domain_name' is provided.`);
  if (domain && version && version < 1.1)
    throw invalidOption(`http_version ${version.toFixed(1)}`, 'health monitors HTTP 1.1 domain name health check');
}

/** Makes a health monitor (octavia:octavia/api/v2/controllers/health_monitor.py, `_validate_create_hm`). */
export function makeMonitor(cloud: Cloud, pool: Pool, body: MonitorBody): HealthMonitor {
  const http = isHttp(body.type);
  const foreign = http ? undefined : ofHttp.find((name) => body[name]);
  if (foreign !== undefined) throw invalidOption(foreign, `health monitors of type ${body.type}`);
  checkDomain(body.http_version, body.domain_name);
  if (monitorOf(cloud, pool) || hasTwins(body.tags)) throw fault(409, 'This pool already has a health monitor');
  return cloud.tables.healthMonitors.insert({
    ...newChild(body, lbOf(cloud, pool)),
    poolId: pool.id,
    type: body.type,
    delay: body.delay,
    timeout: body.timeout,
    max_retries: body.max_retries,
    max_retries_down: body.max_retries_down ?? 3,
    http_method: body.http_method ?? (http ? 'GET' : null),
    url_path: body.url_path ?? (http ? '/' : null),
    expected_codes: body.expected_codes ?? (http ? '200' : null),
    http_version: body.http_version ?? null,
    domain_name: body.domain_name ?? null,
  });
}

/** What an update changes of a health monitor, checked (`_validate_update_hm`); null resets. */
export function changesOfMonitor(row: HealthMonitor, body: MonitorChanges): Partial<HealthMonitor> {
  const foreign = isHttp(row.type) ? undefined : ofHttp.find((name) => body[name] !== undefined);
  if (foreign !== undefined) throw invalidOption(foreign, `health monitors of type ${row.type}`);
  for (const name of ['delay', 'max_retries', 'timeout'] as const)
    if (body[name] === null) throw invalidOption('None', name);
  if (body.domain_name && !(row.http_version ?? body.http_version)) checkDomain(undefined, body.domain_name);
  checkDomain(body.http_version ?? row.http_version, body.domain_name ?? row.domain_name);
  return {
    ...(typeof body.delay === 'number' && { delay: body.delay }),
    ...(typeof body.timeout === 'number' && { timeout: body.timeout }),
    ...(typeof body.max_retries === 'number' && { max_retries: body.max_retries }),
    ...(body.max_retries_down !== undefined && { max_retries_down: body.max_retries_down ?? 3 }),
    ...(body.http_method !== undefined && { http_method: body.http_method ?? 'GET' }),
    ...(body.url_path !== undefined && { url_path: body.url_path ?? '/' }),
    ...(body.expected_codes !== undefined && { expected_codes: body.expected_codes ?? '200' }),
    ...(body.http_version !== undefined && { http_version: body.http_version }),
    ...(body.domain_name !== undefined && { domain_name: body.domain_name }),
  };
}
