import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Service } from '../http/service.ts';
import { exceeds } from '../quotas.ts';
import { securityGroupAttributes } from './attribute-maps.ts';
import { baseRow, bump, commonFields, newRow } from './base-row.ts';
import { defined } from './defined.ts';
import { neutronError, neutronNotFound, overQuota } from './errors.ts';
import type { AnswerKind, Resource } from './resource.ts';
import type { SecurityGroup, SecurityGroupRule } from './rows.ts';
import { insertRule } from './security-group-rules.ts';

const updateFields = z.object({ name: z.string(), description: z.string(), stateful: z.boolean() }).partial();
const createFields = z.object({ ...commonFields, stateful: z.boolean() });

function insertGroup(cloud: Cloud, base: ReturnType<typeof baseRow>, name: string, stateful: boolean): SecurityGroup {
  const group = cloud.tables.securityGroups.insert({ ...base, name, stateful, shared: false });
  const isDefault = name === 'default';
  for (const ethertype of ['IPv4', 'IPv6']) {
    insertRule(cloud, group, { direction: 'egress', ethertype });
    if (isDefault) insertRule(cloud, group, { direction: 'ingress', ethertype, remote_group_id: group.id });
  }
  return group;
}

/** The project's default security group, made when the project is first seen, as Neutron does. */
export function ensureDefaultGroup(cloud: Cloud, projectId: string): SecurityGroup {
  const known = cloud.tables.securityGroups.by('project', projectId).find(({ name }) => name === 'default');
  return known ?? insertGroup(cloud, baseRow(projectId, 'Default security group'), 'default', true);
}

/** `/v2.0/security-groups` */
export function securityGroupResource(service: Service, cloud: Cloud): Resource<SecurityGroup> {
  const { securityGroups, securityGroupRules, ports } = cloud.tables;
  return {
    singular: 'security_group',
    plural: 'security_groups',
    path: 'security-groups',
    table: securityGroups,
    attributes: securityGroupAttributes,
    notFound: neutronNotFound.security_group,
    candidates(call) {
      if (call.who.projectId !== '') ensureDefaultGroup(cloud, call.who.projectId);
      return call.who.isAdmin ? securityGroups.all() : securityGroups.by('project', call.who.projectId);
    },
    visible: (call, row) => call.who.isAdmin || row.project_id === call.who.projectId,
    view: (_call, row, kind) => ({
      ...row,
      security_group_rules: securityGroupRules.by('group', row.id).map((rule) => ruleInGroup(rule, kind)),
    }),
    create(_call, values) {
      const wanted = service.parse(createFields, values);
      const base = newRow(wanted);
      ensureDefaultGroup(cloud, base.project_id);
      const limit = cloud.limits('network', base.project_id)['security_group_rule'];
      if (exceeds(limit, securityGroupRules.count('project', base.project_id), 2))
        throw overQuota(['security_group_rule']);
      return insertGroup(cloud, base, wanted.name, wanted.stateful);
    },
    update(_call, row, values) {
      const wanted = updateFields.parse(values);
      if (row.name === 'default' && wanted.name !== undefined) {
        throw neutronError(409, 'SecurityGroupCannotUpdateDefault', 'Updating default security group not allowed.');
      }
      if (wanted.stateful !== undefined && wanted.stateful !== row.stateful) refuseUsed(row);
      securityGroups.patch(row, defined(wanted));
    },
    remove(call, row) {
      refuseUsed(row);
      if (row.name === 'default' && !call.who.isAdmin) {
        throw neutronError(
          409,
          'SecurityGroupCannotRemoveDefault',
          'Insufficient rights for removing default security group.',
        );
      }
      for (const rule of securityGroupRules.by('group', row.id)) securityGroupRules.delete(rule.id);
      for (const rule of securityGroupRules.by('remote', row.id)) {
        securityGroupRules.delete(rule.id);
        const group = securityGroups.get(rule.security_group_id);
        if (group) bump(group);
      }
      securityGroups.delete(row.id);
    },
  };

  function refuseUsed(row: SecurityGroup): void {
    if (ports.count('group', row.id) > 0)
      throw neutronError(409, 'SecurityGroupInUse', `Security Group ${row.id} in use.`);
  }
}

/** A rule as its group shows it; lists do not look up what group it is. */
const ruleInGroup = (row: SecurityGroupRule, kind: AnswerKind): Record<string, unknown> => ({
  ...row,
  belongs_to_default_sg: kind === 'list' ? null : row.belongs_to_default_sg,
});
