import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBelow } from '../http/takes.ts';
import { defaultQuotas } from '../quotas.ts';
import { omit } from '../store/omit.ts';
import { prepare, type AttributeMap } from './attributes.ts';
import { internalError, neutronError, policyForbidden } from './errors.ts';
import { range, toInteger } from './validators.ts';

const quotaBody = z.object({ quota: z.record(z.string(), z.unknown()) });
const largest = 0x7fffffff;

/** Each quota as an attribute (neutron:neutron/extensions/quotasv2.py, _update_attributes). */
const attributes: AttributeMap = Object.fromEntries(
  Object.keys(defaultQuotas.network).map((name) => [
    name,
    { put: true, convert: toInteger, check: range(-1, largest) },
  ]),
);

/** `/v2.0/quotas` */
export function neutronQuotaRoutes(service: Service, cloud: Cloud): void {
  const { tables } = cloud;
  const counters: Readonly<Record<string, (project: string) => number>> = {
    network: (id) => tables.networks.count('project', id),
    subnet: (id) => tables.subnets.count('project', id),
    port: (id) => tables.ports.count('project', id),
    router: (id) => tables.routers.count('project', id),
    floatingip: (id) => tables.floatingIps.count('project', id),
    security_group: (id) => tables.securityGroups.count('project', id),
    security_group_rule: (id) => tables.securityGroupRules.count('project', id),
  };
  const projectOf = (call: Call, action: string): string => {
    const id = call.params['project'] ?? '';
    if (id !== call.who.projectId && !call.who.isAdmin) throw policyForbidden(`rule:${action}_quota`);
    return id;
  };
  service.get('/v2.0/quotas', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('rule:get_quota');
    const changed = tables.quotas.all().filter(({ id }) => id.startsWith('network/'));
    return ok({
      quotas: changed.map(({ id }) => {
        const project = id.slice('network/'.length);
        return { ...cloud.limits('network', project), project_id: project, tenant_id: project };
      }),
    });
  });
  service.get('/v2.0/quotas/tenant', (call) => ok({ tenant: { tenant_id: call.who.projectId } }));
  service.get('/v2.0/quotas/:project', (call) => ok({ quota: cloud.limits('network', projectOf(call, 'get')) }));
  service.get('/v2.0/quotas/:project/default', (call) => {
    projectOf(call, 'get');
    return ok({ quota: defaultQuotas.network });
  });
  const details = (call: Call) => {
    const project = call.params['project'] ?? '';
    if (project !== call.who.projectId && !call.who.isAdmin) {
      const message =
        'User does not have admin privileges: Only admin is authorized to access quotas for another project.';
      throw neutronError(403, 'AdminRequired', message);
    }
    const entries = Object.entries(cloud.limits('network', project));
    return ok({
      quota: Object.fromEntries(
        entries.map(([name, limit]) => [name, { limit, used: counters[name]?.(project) ?? 0, reserved: 0 }]),
      ),
    });
  };
  service.get('/v2.0/quotas/:project/details', details);
  service.get('/v2.0/quotas/:project/details.json', details);
  service.put(
    '/v2.0/quotas/:project',
    takesBelow('quota', [...Object.keys(attributes), 'force', 'check_limit']),
    (call) => {
      if (!call.who.isAdmin) throw policyForbidden('rule:update_quota');
      const project = call.params['project'] ?? '';
      const read = quotaBody.safeParse(call.body);
      if (!read.success) throw internalError();
      const { force, ...given } = omit(read.data.quota, 'check_limit');
      const wanted = Object.entries(prepare(call, 'quota', attributes, given, false)).map(
        ([name, value]) => [name, Number(value)] as const,
      );
      for (const [name, limit] of wanted) {
        const used = counters[name]?.(project) ?? 0;
        if (force === true || limit === -1 || used <= limit) continue;
        throw neutronError(
          400,
          'HTTPBadRequest',
          `Quota limit ${limit} for ${name} must be greater than or equal to already used ${used}`,
        );
      }
      cloud.setLimits('network', project, Object.fromEntries(wanted));
      return ok({ quota: cloud.limits('network', project) });
    },
  );
  service.delete('/v2.0/quotas/:project', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('rule:delete_quota');
    tables.quotas.delete(`network/${call.params['project'] ?? ''}`);
    return noContent();
  });
}
