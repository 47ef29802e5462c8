import { ConflictError, type SecurityGroup, type SecurityGroupRuleCreate } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec, ownerTag, type SecurityRule, securityRules } from '../../model/index.ts';
import { ensureOne } from '../lib/ensure.ts';
import type { Cloud, Clouds } from './clouds.ts';
import { call, neutronAge, owned } from './session.ts';

/** Ids of the cluster's own security groups. */
export interface ClusterSecurityGroups {
  readonly controlPlane: string;
  readonly nodes: string;
}

/** Makes the cluster's two security groups and their rules. `cidr` is the range of the machines' subnet. */
export const ensureSecurityGroups =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec, cidr }: { id: string; spec: ClusterSpec; cidr: string }): Promise<ClusterSecurityGroups> => {
    const cloud = await clouds.get(spec.cloud);
    const names = clusterNames(id);
    const existing = await cloud.client.network.securityGroups.list(owned(id), call());
    const [controlPlane, nodes] = await Promise.all([
      findOrCreate(cloud, id, names.controlPlaneSecurityGroup, existing),
      findOrCreate(cloud, id, names.nodeSecurityGroup, existing),
    ]);
    const groups = { controlPlane: controlPlane.id, nodes: nodes.id };
    const rules = securityRules(spec, cidr);
    await Promise.all(
      (['controlPlane', 'nodes'] as const).map((group) =>
        createRules(
          cloud,
          rules[group].map((rule) => toNeutron(rule, groups[group], groups)),
        ),
      ),
    );
    return groups;
  };

function findOrCreate({ client }: Cloud, id: string, name: string, existing: SecurityGroup[]): Promise<SecurityGroup> {
  const { securityGroups } = client.network;
  return ensureOne({
    find: () => Promise.resolve(existing.filter((group) => group.name === name)),
    create: () => securityGroups.create({ name, description: ownerTag(id) }, call()),
    remove: (extra) => securityGroups.delete(extra.id, { ...call(), missingOk: true }),
    createdAt: neutronAge,
  });
}

/**
 * All rules of one group in one request, which Neutron does as a whole or not at all; one by one only where some are there already. Rules of two
 * groups in one request are refused (neutron: neutron/db/securitygroups_db.py, `_validate_single_project_and_group`).
 */
async function createRules({ client }: Cloud, rules: SecurityGroupRuleCreate[]): Promise<void> {
  const { securityGroupRules } = client.network;
  try {
    await securityGroupRules.createMany(rules, call());
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    for (const rule of rules) {
      try {
        await securityGroupRules.create(rule, call());
      } catch (conflict) {
        // SecurityGroupRuleExists: an earlier try made it.
        if (!(conflict instanceof ConflictError)) throw conflict;
      }
    }
  }
}

function toNeutron(rule: SecurityRule, groupId: string, groups: ClusterSecurityGroups): SecurityGroupRuleCreate {
  return {
    security_group_id: groupId,
    direction: 'ingress',
    ethertype: 'IPv4',
    description: rule.description,
    ...(rule.protocol === null ? {} : { protocol: rule.protocol }),
    ...(rule.portMin === undefined
      ? {}
      : { port_range_min: rule.portMin, port_range_max: rule.portMax ?? rule.portMin }),
    ...('cidr' in rule.from ? { remote_ip_prefix: rule.from.cidr } : { remote_group_id: groups[rule.from.group] }),
  };
}
