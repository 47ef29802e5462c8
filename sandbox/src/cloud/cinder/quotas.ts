import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { readBoolean } from '../http/paging.ts';
import { ok, type Call, type Service } from '../http/service.ts';
import { takesBelow } from '../http/takes.ts';
import { defaultQuotas } from '../quotas.ts';
import { checkBody } from './check.ts';
import { badRequest, policyForbidden } from './errors.ts';
import { quotaSetSchema } from './schemas.ts';
import { detailedUsage, volumeUsage } from './usage.ts';

const largest = 2_147_483_647;
/** What a quota set may have besides quotas (cinder:cinder/quota.py, NON_QUOTA_KEYS). */
const besides = ['tenant_id', 'id'];
const quotaBody = z.object({ quota_set: z.record(z.string(), z.unknown()) });

/** `/os-quota-sets` and `/limits` */
export function quotaRoutes(service: Service, cloud: Cloud): void {
  const projectOf = (call: Call): string => {
    const id = call.params['id'] ?? '';
    if (id !== call.who.projectId && !call.who.isAdmin) throw policyForbidden('volume_extension:quotas:show');
    return id;
  };
  /** Cinder also has a quota for each volume type; without one it is unlimited. */
  const perType = () =>
    cloud.tables.volumeTypes
      .all()
      .flatMap(({ name }) => ['volumes', 'gigabytes', 'snapshots'].map((kind) => [`${kind}_${name}`, -1] as const));
  const limitsOf = (id: string): Record<string, number> => ({
    ...Object.fromEntries(perType()),
    ...cloud.limits('block-storage', id),
  });
  service.get('/v3/os-quota-sets/:id', (call) => {
    const id = projectOf(call);
    const limits = Object.entries(limitsOf(id));
    if (readBoolean(call.query.get('usage')) !== true) {
      return ok({ quota_set: { id, ...Object.fromEntries(limits) } });
    }
    const used = detailedUsage(cloud, id);
    const detailed = limits.map(
      ([name, limit]) => [name, { limit, in_use: used.get(name) ?? 0, reserved: 0 }] as const,
    );
    return ok({ quota_set: { id, ...Object.fromEntries(detailed) } });
  });
  service.get('/v3/os-quota-sets/:id/defaults', (call) =>
    ok({ quota_set: { id: projectOf(call), ...defaultQuotas['block-storage'], ...Object.fromEntries(perType()) } }),
  );
  service.put(
    '/v3/os-quota-sets/:id',
    takesBelow('quota_set', [...Object.keys(defaultQuotas['block-storage']), ...besides]),
    (call) => {
      checkBody(quotaSetSchema, call.body);
      if (!call.who.isAdmin) throw policyForbidden('volume_extension:quotas:update');
      const id = call.params['id'] ?? '';
      const wanted = readQuotas(service.parse(quotaBody, call.body).quota_set, Object.keys(limitsOf(id)));
      const usage = detailedUsage(cloud, id);
      for (const [name, limit] of Object.entries(wanted)) {
        const used = usage.get(name) ?? 0;
        if (name === 'per_volume_gigabytes' || limit === -1 || limit >= used) continue;
        throw badRequest(
          `Quota ${name} limit must be equal or greater than existing resources. Current usage is ${used} and the requested limit is ${limit}.`,
        );
      }
      cloud.setLimits('block-storage', id, wanted);
      return ok({ quota_set: limitsOf(id) });
    },
  );
  service.delete('/v3/os-quota-sets/:id', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('volume_extension:quotas:delete');
    cloud.tables.quotas.delete(`block-storage/${call.params['id'] ?? ''}`);
    return ok(undefined);
  });
  service.get('/v3/limits', (call) => {
    const { projectId } = call.who;
    const limits = cloud.limits('block-storage', projectId);
    const used = volumeUsage(cloud, projectId);
    return ok({
      limits: {
        rate: [],
        absolute: {
          maxTotalVolumes: limits['volumes'],
          maxTotalVolumeGigabytes: limits['gigabytes'],
          maxTotalSnapshots: limits['snapshots'],
          maxTotalBackups: limits['backups'],
          maxTotalBackupGigabytes: limits['backup_gigabytes'],
          totalVolumesUsed: used.volumes,
          totalGigabytesUsed: used.gigabytes,
          totalSnapshotsUsed: used.snapshots,
          totalBackupsUsed: 0,
          totalBackupGigabytesUsed: 0,
        },
      },
    });
  });
}

/** The limits of a request (cinder:cinder/api/validation/validators.py, `quota_set`). @throws ApiError 400 */
function readQuotas(given: Readonly<Record<string, unknown>>, known: readonly string[]): Record<string, number> {
  const bad = Object.keys(given).filter((name) => !known.includes(name) && !besides.includes(name));
  const limits = Object.entries(given).filter(([name]) => known.includes(name));
  const read = limits.map(([name, value]) => [name, readLimit(name, value)] as const);
  if (bad.length > 0) throw badRequest(`Invalid input received: Bad key(s) in quota set: ${bad.join(', ')}`);
  return Object.fromEntries(read);
}

/** oslo.utils:oslo_utils/strutils.py, validate_integer */
function readLimit(name: string, value: unknown): number {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw badRequest(`${name} must be an integer`);
  const number = Number(text);
  if (number < -1) throw badRequest(`${name} must be >= -1`);
  if (number > largest) throw badRequest(`${name} must be <= ${largest}`);
  return number;
}
