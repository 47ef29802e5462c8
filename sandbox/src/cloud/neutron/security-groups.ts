import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { neutronError, neutronNotFound } from './errors.ts';
import { baseRow, commonAttributes, commonFields, newRow, type Resource } from './resource.ts';
import { insertRule, ruleView } from './security-group-rules.ts';
import type { SecurityGroup } from './rows.ts';

const createFields = z.looseObject({ ...commonFields, stateful: z.boolean().default(true) });
const updateFields = z.looseObject({
  name: z.string().max(255).optional(),
  description: z.string().max(255).optional(),
  stateful: z.boolean().optional(),
});

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
    attributes: [...commonAttributes, 'shared', 'stateful'],
    notFound: neutronNotFound.security_group,
    candidates(call) {
      if (call.who.projectId !== '') ensureDefaultGroup(cloud, call.who.projectId);
      return call.who.isAdmin ? securityGroups.all() : securityGroups.by('project', call.who.projectId);
    },
    visible: (call, row) => call.who.isAdmin || row.project_id === call.who.projectId,
    view: (_call, row) => ({
      ...row,
      security_group_rules: securityGroupRules.by('group', row.id).map(ruleView),
    }),
    create(call, body) {
      const wanted = service.parse(createFields, body);
      const base = newRow(call, wanted);
      ensureDefaultGroup(cloud, base.project_id);
      if (wanted.name === 'default') {
        throw neutronError(409, 'SecurityGroupDefaultAlreadyExists', 'Default security group already exists.');
      }
      return insertGroup(cloud, base, wanted.name, wanted.stateful);
    },
    update(_call: Call, row, body) {
      const wanted = service.parse(updateFields, body);
      if (row.name === 'default' && wanted.name !== undefined && wanted.name !== 'default') {
        throw neutronError(409, 'SecurityGroupCannotUpdateDefault', 'Updating default security group not allowed.');
      }
      securityGroups.patch(row, {
        ...(wanted.name !== undefined && { name: wanted.name }),
        ...(wanted.description !== undefined && { description: wanted.description }),
        ...(wanted.stateful !== undefined && { stateful: wanted.stateful }),
      });
    },
    remove(call, row) {
      if (row.name === 'default' && !call.who.isAdmin) {
        throw neutronError(
          409,
          'SecurityGroupCannotRemoveDefault',
          'Insufficient rights for removing default security group.',
        );
      }
      if (ports.count('group', row.id) > 0) {
        throw neutronError(409, 'SecurityGroupInUse', `Security Group ${row.id} in use.`);
      }
      for (const rule of securityGroupRules.by('group', row.id)) securityGroupRules.delete(rule.id);
      for (const rule of securityGroupRules.by('remote', row.id)) securityGroupRules.delete(rule.id);
      securityGroups.delete(row.id);
    },
  };
}
