import type { SecurityGroup, SecurityGroupRule, SecurityGroupRuleCreate } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec, type SecurityRule, securityRules } from '../../model/index.ts';
import { ensureOne } from '../lib/ensure.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { neutronAge } from '../cloud/session.ts';
import { sawNone, type Survey } from '../cloud/survey-cluster.ts';

/** Ids of the cluster's own security groups. */
export interface ClusterSecurityGroups {
  readonly controlPlane: string;
  readonly nodes: string;
}

export interface EnsureSecurityGroupsInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly survey?: Survey | undefined;
  /** Range of the machines' subnet. */
  readonly cidr: string;
}

/**
 * Makes the cluster's two security groups, and brings the traffic that they let in to what is wanted, both ways. Safe
 * at any time (docs/decisions/0021).
 */
export const ensureSecurityGroups =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec, survey, cidr }: EnsureSecurityGroupsInput): Promise<ClusterSecurityGroups> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const names = clusterNames(id);
    const existing = sawNone(survey, 'security group') ? [] : await own.securityGroups.list();
    const [controlPlane, nodes] = await Promise.all([
      findOrCreate(own, names.controlPlaneSecurityGroup, existing),
      findOrCreate(own, names.nodeSecurityGroup, existing),
    ]);
    const ids = { controlPlane: controlPlane.id, nodes: nodes.id };
    const rules = securityRules(spec, cidr);
    await Promise.all([
      convergeRules(own, controlPlane, toNeutron(rules.controlPlane, ids)),
      convergeRules(own, nodes, toNeutron(rules.nodes, ids)),
    ]);
    return ids;
  };

function findOrCreate(
  { securityGroups }: OwnResources,
  name: string,
  existing: Own<SecurityGroup>[],
): Promise<Own<SecurityGroup>> {
  return ensureOne({
    find: () => Promise.resolve(existing.filter((group) => group.name === name)),
    create: () => securityGroups.create({ name }),
    remove: (extra) => securityGroups.remove(extra),
    createdAt: neutronAge,
  });
}

/**
 * What is missing comes first, in one request, which Neutron does as a whole or not at all; then goes what is not
 * wanted. So nobody who may come in is shut out in between, and where the first fails, nothing goes. Rules of two
 * groups in one request are refused (neutron: neutron/db/securitygroups_db.py, `_validate_single_project_and_group`).
 *
 * Rules for outgoing traffic are Neutron's own, or those that the cloud gives to each new group; they stay.
 */
async function convergeRules(
  { securityGroups }: OwnResources,
  group: Own<SecurityGroup>,
  wanted: readonly GroupRule[],
): Promise<void> {
  const there = group.security_group_rules.filter(({ direction }) => direction === 'ingress');
  const [wantedKeys, thereKeys] = [new Set(wanted.map(traffic)), new Set(there.map(traffic))];
  const missing = wanted.filter((rule) => !thereKeys.has(traffic(rule)));
  if (missing.length > 0) await securityGroups.addRules(group, missing);
  const surplus = there.filter((rule) => !wantedKeys.has(traffic(rule)));
  await securityGroups.removeRules(group, surplus);
}

/** Neutron takes numbers for names, and finds that both are the same (neutron-lib: constants.py, `IP_PROTOCOL_MAP`). */
const PROTOCOLS: Readonly<Record<string, string>> = { '1': 'icmp', '4': 'ipip', '6': 'tcp', '17': 'udp' };

/**
 * What a rule lets in: equal for rules that Neutron takes for the same, whatever their descriptions say (neutron:
 * neutron/db/securitygroups_db.py, `_find_duplicate_rule`).
 */
function traffic(rule: GroupRule | SecurityGroupRule): string {
  const { ethertype, protocol, port_range_min: from, port_range_max: to, remote_ip_prefix: prefix } = rule;
  const everybody = prefix === '0.0.0.0/0' || prefix === '::/0';
  const source = [everybody ? null : prefix, rule.remote_group_id, rule.remote_address_group_id];
  const name = protocol == null ? null : (PROTOCOLS[protocol] ?? protocol.toLowerCase());
  return [ethertype, name, from, to, ...source].map((value) => value ?? '').join(' ');
}

type GroupRule = Omit<SecurityGroupRuleCreate, 'security_group_id'>;

function toNeutron(rules: readonly SecurityRule[], groups: ClusterSecurityGroups): GroupRule[] {
  return rules.map((rule) => ({
    direction: 'ingress',
    ethertype: 'IPv4',
    description: rule.description,
    ...(rule.protocol === null ? {} : { protocol: rule.protocol }),
    ...(rule.portMin === undefined
      ? {}
      : { port_range_min: rule.portMin, port_range_max: rule.portMax ?? rule.portMin }),
    ...('cidr' in rule.from ? { remote_ip_prefix: rule.from.cidr } : { remote_group_id: groups[rule.from.group] }),
  }));
}
