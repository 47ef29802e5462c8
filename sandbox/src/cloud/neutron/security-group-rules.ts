import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { parseCidr } from './addresses.ts';
import { baseRow, bump } from './base-row.ts';
import { internalError, neutronError, neutronNotFound } from './errors.ts';
import { checkEthertype, checkPorts, protocolNumber } from './protocols.ts';
import { omit } from '../store/omit.ts';
import type { Resource } from './resource.ts';
import type { SecurityGroup, SecurityGroupRule } from './rows.ts';
import { securityGroupRuleAttributes } from './security-group-rule-attributes.ts';

const createFields = z.object({
  description: z.string(),
  security_group_id: z.string(),
  direction: z.string(),
  ethertype: z.string(),
  protocol: z.string().nullable(),
  port_range_min: z.number().nullable(),
  port_range_max: z.number().nullable(),
  remote_ip_prefix: z.string().nullable(),
  remote_group_id: z.string().nullable(),
  remote_address_group_id: z.string().nullable(),
});

/** What makes a rule; whatever is absent is null. */
export type NewRule = Pick<SecurityGroupRule, 'direction' | 'ethertype'> &
  Partial<
    Pick<
      SecurityGroupRule,
      'protocol' | 'port_range_min' | 'port_range_max' | 'remote_ip_prefix' | 'remote_group_id' | 'description'
    >
  >;

/** Counts what Neutron has in its table of standard attributes; groups show it of their rules. */
let standardAttributes = 0;

/** Stores a rule of a group without any check. */
export function insertRule(
  cloud: Cloud,
  group: SecurityGroup,
  rule: NewRule,
  owner = group.project_id,
): SecurityGroupRule {
  const prefix = rule.remote_ip_prefix ?? null;
  return cloud.tables.securityGroupRules.insert({
    ...baseRow(owner),
    description: rule.description ?? null,
    revision_number: 0,
    security_group_id: group.id,
    direction: rule.direction,
    ethertype: rule.ethertype,
    protocol: rule.protocol ?? null,
    port_range_min: rule.port_range_min ?? null,
    port_range_max: rule.port_range_max ?? null,
    remote_ip_prefix: prefix,
    remote_group_id: rule.remote_group_id ?? null,
    remote_address_group_id: null,
    normalized_cidr: prefix === null ? null : (parseCidr(prefix)?.text ?? null),
    belongs_to_default_sg: group.name === 'default',
    standard_attr_id: (standardAttributes += 1),
  });
}

/** What makes two rules the same: the whole address space is as good as no prefix. */
const keyOf = (rule: NewRule): string =>
  JSON.stringify([
    rule.direction,
    rule.ethertype,
    protocolNumber(rule.protocol ?? null) ?? null,
    rule.port_range_min ?? null,
    rule.port_range_max ?? null,
    rule.remote_group_id ?? null,
    ['0.0.0.0/0', '::/0', undefined].includes(rule.remote_ip_prefix ?? undefined) ? null : rule.remote_ip_prefix,
  ]);

/** `/v2.0/security-group-rules` */
export function securityGroupRuleResource(service: Service, cloud: Cloud): Resource<SecurityGroupRule> {
  const { securityGroups, securityGroupRules } = cloud.tables;
  const ruleOf = (values: Readonly<Record<string, unknown>>): z.output<typeof createFields> => {
    const wanted = service.parse(createFields, values);
    // What is stored has one name for ICMP of IPv6, and no ports where all are meant.
    const isIcmp6 = wanted.ethertype === 'IPv6' && ['icmp', 'icmpv6'].includes(wanted.protocol ?? '');
    if (isIcmp6) wanted.protocol = 'ipv6-icmp';
    const wholeRange = wanted.port_range_min === 1 && wanted.port_range_max === 65_535;
    return wholeRange ? { ...wanted, port_range_min: null, port_range_max: null } : wanted;
  };
  const ownGroup = (call: Call, id: string): SecurityGroup => {
    const group = securityGroups.get(id);
    if (!group || (group.project_id !== call.who.projectId && !call.who.isAdmin))
      throw neutronNotFound.security_group(id);
    return group;
  };
  return {
    singular: 'security_group_rule',
    plural: 'security_group_rules',
    path: 'security-group-rules',
    table: securityGroupRules,
    attributes: securityGroupRuleAttributes,
    hasTags: false,
    notFound: neutronNotFound.security_group_rule,
    // Tags and the id of the standard attributes are shown by the group only.
    view: (_call, row) => omit(row, 'standard_attr_id', 'tags'),
    candidates(call) {
      const groups = call.query.getAll('security_group_id');
      if (groups.length > 0) return groups.flatMap((id) => securityGroupRules.by('group', id));
      return call.who.isAdmin ? securityGroupRules.all() : securityGroupRules.by('project', call.who.projectId);
    },
    visible: (call, row) => call.who.isAdmin || row.project_id === call.who.projectId,
    allows: (call, target) => () =>
      securityGroups.get(String(target['security_group_id']))?.project_id === call.who.projectId,
    checkOwner(_call, { security_group_id }) {
      const id = String(security_group_id);
      if (!securityGroups.get(id)) throw neutronNotFound.security_group(id);
    },
    checkMany(wanted) {
      if (new Set(wanted.map(({ security_group_id }) => security_group_id)).size > 1) {
        const message = 'Only allowed to update rules for one security profile at a time';
        throw neutronError(400, 'SecurityGroupNotSingleGroupRules', message);
      }
      if (new Set(wanted.map((values) => keyOf(ruleOf(values)))).size < wanted.length)
        throw neutronError(409, 'DuplicateSecurityGroupRuleInPost', 'Duplicate Security Group Rule in POST.');
    },
    create(call, values) {
      const wanted = service.parse(createFields, values);
      checkPorts(wanted.protocol, wanted.port_range_min, wanted.port_range_max);
      checkEthertype(wanted.protocol, wanted.ethertype);
      checkRemote(call, wanted);
      const group = ownGroup(call, wanted.security_group_id);
      const rule = omit(ruleOf(values), 'remote_address_group_id');
      const twin = securityGroupRules.by('group', group.id).find((one) => keyOf(toNew(one)) === keyOf(rule));
      if (twin) {
        const message = `Security group rule already exists. Rule id is ${twin.id}.`;
        throw neutronError(409, 'SecurityGroupRuleExists', message);
      }
      const row = insertRule(cloud, group, rule, String(values['project_id']));
      bump(group);
      return row;
    },
    update() {
      // The plugin has no update of rules, which Neutron does not expect (neutron:neutron/db/securitygroups_db.py).
      throw internalError();
    },
    remove(_call, row) {
      securityGroupRules.delete(row.id);
      const group = securityGroups.get(row.security_group_id);
      if (group) bump(group);
    },
  };

  function checkRemote(call: Call, wanted: z.output<typeof createFields>): void {
    const { remote_ip_prefix: prefix, remote_group_id: remote, remote_address_group_id: addresses } = wanted;
    if ([prefix, remote, addresses].filter((value) => value !== null && value !== '').length > 1) {
      throw neutronError(
        400,
        'SecurityGroupMultipleRemoteEntites',
        'Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.',
      );
    }
    if (prefix !== null && prefix.includes(':') !== (wanted.ethertype === 'IPv6')) {
      const message = `Conflicting value ethertype ${wanted.ethertype} for CIDR ${prefix}`;
      throw neutronError(400, 'SecurityGroupRuleParameterConflict', message);
    }
    if (remote !== null) ownGroup(call, remote);
    if (addresses !== null)
      throw neutronError(404, 'AddressGroupNotFound', `Address group ${addresses} could not be found.`);
  }
}

const toNew = (row: SecurityGroupRule): NewRule => omit(row, 'description');
