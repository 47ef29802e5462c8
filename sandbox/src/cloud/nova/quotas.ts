import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Schema } from '../http/json-schema.ts';
import { readBoolean } from '../http/paging.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { omit } from '../store/omit.ts';
import { takesBySchema } from '../http/takes.ts';
import { defaultQuotas, type Limits } from '../quotas.ts';
import { checkBody } from './check.ts';
import { badRequest, policyForbidden } from './errors.ts';
import { computeUsage } from './limits.ts';
import { boolean, strict } from './parameter-types.ts';
import { novaVersions } from './microversions.ts';

const limit: Schema = { type: ['integer', 'string'], pattern: '^-?[0-9]+$', minimum: -1, maximum: 0x7fffffff };
const ofInjectedFiles = ['injected_files', 'injected_file_content_bytes', 'injected_file_path_bytes'] as const;
const ofNovaNetwork = ['fixed_ips', 'floating_ips', 'security_groups', 'security_group_rules'] as const;
/** nova:nova/api/openstack/compute/schemas/quota_sets.py */
const updateSchema = (minor: number): Schema => {
  const names = [
    ...['instances', 'cores', 'ram', 'metadata_items', 'key_pairs', 'server_groups', 'server_group_members'],
    ...(minor < 57 ? ofInjectedFiles : []),
    ...(minor < 36 ? [...ofNovaNetwork, 'networks'] : []),
  ];
  const limits = Object.fromEntries(names.map((name) => [name, limit]));
  return strict({ quota_set: { properties: { ...limits, force: boolean }, additionalProperties: false } }, [
    'quota_set',
  ]);
};
const quotaBody = z.object({
  quota_set: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).catch({}),
});

/**
 * The limits that a microversion shows: those of nova-network are gone since 2.36, those of injected files since 2.57.
 */
const shown = (call: Call, limits: Limits): Limits =>
  omit(limits, ...(call.microversion < 36 ? [] : ofNovaNetwork), ...(call.microversion < 57 ? [] : ofInjectedFiles));

/** `/limits` and `/os-quota-sets` */
export function novaQuotaRoutes(service: Service, cloud: Cloud): void {
  service.get('/v2.1/limits', (call) => {
    const other = call.query.get('tenant_id');
    if (other !== null && other !== call.who.projectId && !call.who.isAdmin)
      throw policyForbidden('os_compute_api:limits:other_project');
    const project = other ?? call.who.projectId;
    const limits = cloud.limits('compute', project);
    const used = computeUsage(cloud, project);
    return ok({
      limits: {
        rate: [],
        absolute: {
          maxTotalInstances: limits['instances'],
          maxTotalCores: limits['cores'],
          maxTotalRAMSize: limits['ram'],
          maxTotalKeypairs: limits['key_pairs'],
          maxServerMeta: limits['metadata_items'],
          maxServerGroups: limits['server_groups'],
          maxServerGroupMembers: limits['server_group_members'],
          totalInstancesUsed: used.instances,
          totalCoresUsed: used.cores,
          totalRAMUsed: used.ram,
          totalServerGroupsUsed: used.server_groups,
          ...(call.microversion < 57 && {
            maxImageMeta: 128,
            maxPersonality: limits['injected_files'],
            maxPersonalitySize: limits['injected_file_content_bytes'],
          }),
          ...(call.microversion < 36 && {
            maxSecurityGroups: limits['security_groups'],
            maxSecurityGroupRules: limits['security_group_rules'],
            maxTotalFloatingIps: limits['floating_ips'],
            totalFloatingIpsUsed: 0,
            totalSecurityGroupsUsed: 0,
          }),
        },
      },
    });
  });

  const projectOf = (call: Call, rule: string): string => {
    const id = call.params['project'] ?? '';
    if (id !== call.who.projectId && !call.who.isAdmin) throw policyForbidden(`os_compute_api:os-quota-sets:${rule}`);
    return id;
  };
  service.get('/v2.1/os-quota-sets/:project', (call) => {
    const id = projectOf(call, 'show');
    return ok({ quota_set: { id, ...shown(call, cloud.limits('compute', id)) } });
  });
  service.get('/v2.1/os-quota-sets/:project/defaults', (call) =>
    ok({ quota_set: { id: call.params['project'] ?? '', ...shown(call, defaultQuotas.compute) } }),
  );
  service.get('/v2.1/os-quota-sets/:project/detail', (call) => {
    const id = projectOf(call, 'detail');
    const used = new Map<string, number>(Object.entries(computeUsage(cloud, id)));
    const entries = Object.entries(shown(call, cloud.limits('compute', id))).map(
      ([name, limit]) => [name, { limit, in_use: used.get(name) ?? 0, reserved: 0 }] as const,
    );
    return ok({ quota_set: { id, ...Object.fromEntries(entries) } });
  });
  service.put(
    '/v2.1/os-quota-sets/:project',
    takesBySchema(updateSchema(1), updateSchema(novaVersions.max)),
    (call) => {
      checkBody(updateSchema(call.microversion), call.body);
      if (!call.who.isAdmin) throw policyForbidden('os_compute_api:os-quota-sets:update');
      const id = call.params['project'] ?? '';
      const { force = false, ...given } = service.parse(quotaBody, call.body).quota_set;
      const wanted = Object.entries(given).map(([name, value]) => [name, Number(value)] as const);
      const used = new Map<string, number>(Object.entries(computeUsage(cloud, id)));
      if (readBoolean(String(force)) !== true) {
        for (const [name, value] of wanted) {
          const least = used.get(name) ?? 0;
          if (value === -1 || value >= least) continue;
          throw badRequest(
            `Quota limit ${value} for ${name} must be greater than or equal to already used and reserved ${least}.`,
          );
        }
      }
      // Nova stores one for networks too, and shows it never.
      const known = wanted.filter(([name]) => name in defaultQuotas.compute);
      cloud.setLimits('compute', id, Object.fromEntries(known));
      return ok({ quota_set: shown(call, cloud.limits('compute', id)) });
    },
  );
  service.delete('/v2.1/os-quota-sets/:project', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('os_compute_api:os-quota-sets:delete');
    cloud.tables.quotas.delete(`compute/${call.params['project'] ?? ''}`);
    return accepted();
  });
}
