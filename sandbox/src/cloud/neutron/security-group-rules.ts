import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { isRecord, type Service } from '../http/service.ts';
import { parseCidr } from './addresses.ts';
import { neutronError, neutronNotFound } from './errors.ts';
import { baseRow, commonAttributes, type Resource } from './resource.ts';
import type { SecurityGroup, SecurityGroupRule } from './rows.ts';

const protocols = [
  'ah',
  'dccp',
  'egp',
  'esp',
  'gre',
  'hopopt',
  'icmp',
  'icmpv6',
  'igmp',
  'ip',
  'ipip',
  'ipv6-encap',
  'ipv6-frag',
  'ipv6-icmp',
  'ipv6-nonxt',
  'ipv6-opts',
  'ipv6-route',
  'ospf',
  'pgm',
  'rsvp',
  'sctp',
  'tcp',
  'udp',
  'udplite',
  'vrrp',
];
const portNumber = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).nullish();
const createFields = z.looseObject({
  description: z.string().max(255).optional(),
  security_group_id: z.string(),
  direction: z.enum(['ingress', 'egress']),
  ethertype: z.string().default('IPv4'),
  protocol: z.union([z.string(), z.int()]).nullish(),
  port_range_min: portNumber,
  port_range_max: portNumber,
  remote_ip_prefix: z.string().nullish(),
  remote_group_id: z.string().nullish(),
});

/** What makes a rule; whatever is absent is null. */
export type NewRule = Pick<SecurityGroupRule, 'direction' | 'ethertype'> &
  Partial<
    Pick<
      SecurityGroupRule,
      'protocol' | 'port_range_min' | 'port_range_max' | 'remote_ip_prefix' | 'remote_group_id' | 'description'
    >
  >;

/** Stores a rule of a group without any check. */
export function insertRule(cloud: Cloud, group: SecurityGroup, rule: NewRule): SecurityGroupRule {
  const prefix = rule.remote_ip_prefix ?? null;
  return cloud.tables.securityGroupRules.insert({
    ...baseRow(group.project_id, rule.description),
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
  });
}

/** A rule as the API shows it: without tags, which rules only have in the database. */
export function ruleView(row: SecurityGroupRule): Record<string, unknown> {
  return { ...row };
}

const sameRule = (a: SecurityGroupRule, b: NewRule, cidr: string | null): boolean =>
  a.direction === b.direction &&
  a.ethertype === b.ethertype &&
  a.protocol === (b.protocol ?? null) &&
  a.port_range_min === (b.port_range_min ?? null) &&
  a.port_range_max === (b.port_range_max ?? null) &&
  a.remote_group_id === (b.remote_group_id ?? null) &&
  a.normalized_cidr === cidr;

function readProtocol(given: string | number | null | undefined): string | null {
  if (given === null || given === undefined) return null;
  const text = String(given).toLowerCase();
  if (text === 'any' || text === '0') return null;
  const known = protocols.includes(text) || (/^\d+$/.test(text) && Number(text) <= 255);
  if (!known) {
    const values = `[${['None', ...protocols.map((name) => `'${name}'`)].join(', ')}]`;
    throw neutronError(
      400,
      'SecurityGroupRuleInvalidProtocol',
      `Security group rule protocol ${String(given)} not supported. Only protocol values ${values} and integer representations [0 to 255] are supported.`,
    );
  }
  return text;
}

function checkPorts(protocol: string | null, min: number | null, max: number | null): void {
  if (min === null && max === null) return;
  if (protocol === null) {
    throw neutronError(
      400,
      'SecurityGroupProtocolRequiredWithPorts',
      'Must also specify protocol if port range is given.',
    );
  }
  if (['tcp', '6', 'udp', '17', 'sctp', '132', 'dccp', '33', 'udplite', '136'].includes(protocol)) {
    for (const port of [min, max]) {
      if (port !== null && (port < 1 || port > 65_535)) {
        throw neutronError(400, 'SecurityGroupInvalidPortValue', `Invalid value for port ${port}`);
      }
    }
    if (min === null || max === null || min > max) {
      throw neutronError(
        400,
        'SecurityGroupInvalidPortRange',
        'For TCP/UDP protocols, port_range_min must be <= port_range_max',
      );
    }
    return;
  }
  if (['icmp', '1', 'icmpv6', 'ipv6-icmp', '58'].includes(protocol)) {
    if (min === null) {
      throw neutronError(
        400,
        'SecurityGroupMissingIcmpType',
        `ICMP code (port-range-max) ${max ?? 'None'} is provided but ICMP type (port-range-min) is missing.`,
      );
    }
    return;
  }
  throw neutronError(
    400,
    'SecurityGroupInvalidProtocolForPort',
    `Ports cannot be specified for protocol ${protocol}. Ports are only supported for tcp, udp, udplite, sctp, dccp.`,
  );
}

/** `/v2.0/security-group-rules` */
export function securityGroupRuleResource(service: Service, cloud: Cloud): Resource<SecurityGroupRule> {
  const { securityGroups, securityGroupRules } = cloud.tables;
  return {
    singular: 'security_group_rule',
    plural: 'security_group_rules',
    path: 'security-group-rules',
    table: securityGroupRules,
    attributes: [
      ...commonAttributes,
      'security_group_id',
      'direction',
      'ethertype',
      'protocol',
      'port_range_min',
      'port_range_max',
      'remote_ip_prefix',
      'remote_group_id',
      'remote_address_group_id',
      'belongs_to_default_sg',
    ],
    notFound: neutronNotFound.security_group_rule,
    candidates(call) {
      const groups = call.query.getAll('security_group_id');
      if (groups.length > 0) return groups.flatMap((id) => securityGroupRules.by('group', id));
      return call.who.isAdmin ? securityGroupRules.all() : securityGroupRules.by('project', call.who.projectId);
    },
    visible: (call, row) => call.who.isAdmin || row.project_id === call.who.projectId,
    view: (_call, row) => ruleView(row),
    create(call, body) {
      const wanted = service.parse(createFields, body);
      const group = securityGroups.get(wanted.security_group_id);
      if (!group || (group.project_id !== call.who.projectId && !call.who.isAdmin)) {
        throw neutronNotFound.security_group(wanted.security_group_id);
      }
      const ethertype = ['IPv4', 'IPv6'].find((name) => name.toLowerCase() === wanted.ethertype.toLowerCase());
      if (ethertype === undefined) {
        throw neutronError(
          400,
          'SecurityGroupRuleInvalidEtherType',
          `Security group rule for ethertype '${wanted.ethertype}' not supported. Allowed values are ['IPv4', 'IPv6'].`,
        );
      }
      const protocol = readProtocol(wanted.protocol);
      const [min, max] = [wanted.port_range_min ?? null, wanted.port_range_max ?? null];
      checkPorts(protocol, min, max);
      const prefix = wanted.remote_ip_prefix ?? null;
      const remote = wanted.remote_group_id ?? null;
      if (prefix !== null && remote !== null) {
        throw neutronError(
          400,
          'SecurityGroupMultipleRemoteEntites',
          'Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.',
        );
      }
      if (remote !== null && !securityGroups.get(remote)) throw neutronNotFound.security_group(remote);
      const withMask =
        prefix === null || prefix.includes('/') ? prefix : `${prefix}/${prefix.includes(':') ? 128 : 32}`;
      const range = withMask === null ? undefined : parseCidr(withMask);
      if (withMask !== null && !range)
        throw neutronError(400, 'InvalidCIDR', `Invalid CIDR ${withMask} given as IP prefix.`);
      if (range && (range.version === 6) !== (ethertype === 'IPv6')) {
        throw neutronError(
          400,
          'SecurityGroupRuleParameterConflict',
          `Conflicting value ethertype ${ethertype} for CIDR ${withMask ?? ''}`,
        );
      }
      const rule: NewRule = {
        direction: wanted.direction,
        ethertype,
        protocol,
        port_range_min: min,
        port_range_max: max,
        remote_ip_prefix: withMask,
        remote_group_id: remote,
        ...(wanted.description !== undefined && { description: wanted.description }),
      };
      const twin = securityGroupRules.by('group', group.id).find((one) => sameRule(one, rule, range?.text ?? null));
      if (twin) {
        throw neutronError(
          409,
          'SecurityGroupRuleExists',
          `Security group rule already exists. Rule id is ${twin.id}.`,
        );
      }
      return insertRule(cloud, group, rule);
    },
    // neutron/db/securitygroups_db.py: _validate_single_project_and_group
    checkMany(wanted) {
      const groups = new Set(wanted.map((one) => (isRecord(one) ? one['security_group_id'] : undefined)));
      if (groups.size > 1) {
        throw neutronError(
          400,
          'SecurityGroupNotSingleGroupRules',
          'Only allowed to update rules for one security profile at a time',
        );
      }
    },
    update() {
      throw neutronError(400, 'HTTPBadRequest', 'Cannot update read-only attribute of security group rule');
    },
    remove: (_call, row) => void securityGroupRules.delete(row.id),
  };
}
