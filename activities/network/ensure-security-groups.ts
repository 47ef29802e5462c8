import { ConflictError, type SecurityGroup, type SecurityGroupRuleCreate } from 'openstack-client-ts';
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

/** Makes the cluster's two security groups and their rules. */
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
      createRules(own, controlPlane, toNeutron(rules.controlPlane, ids)),
      createRules(own, nodes, toNeutron(rules.nodes, ids)),
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
 * All rules of one group in one request, which Neutron does as a whole or not at all; one by one only where some are
 * there already. Rules of two groups in one request are refused (neutron: neutron/db/securitygroups_db.py,
 * `_validate_single_project_and_group`).
 */
async function createRules(
  { securityGroups }: OwnResources,
  group: Own<SecurityGroup>,
  rules: GroupRule[],
): Promise<void> {
  try {
    await securityGroups.addRules(group, rules);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    for (const rule of rules) {
      try {
        await securityGroups.addRules(group, [rule]);
      } catch (conflict) {
        // SecurityGroupRuleExists: an earlier try made it.
        if (!(conflict instanceof ConflictError)) throw conflict;
      }
    }
  }
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
