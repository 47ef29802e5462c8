import type { SecurityGroupRule } from 'openstack-client-ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ConvergingCluster, startConvergingCluster } from '../../support/converging-cluster.ts';
import { type EmulatedCloud, startEmulatedCloud } from '../../support/emulated-cloud.ts';

// Each has a project of its own: the quotas are small.
let emulated: EmulatedCloud;
beforeEach(async () => {
  emulated = await startEmulatedCloud();
});
afterEach(() => emulated.close());

const rulesOf = ({ person }: ConvergingCluster, group: string): Promise<SecurityGroupRule[]> =>
  Promise.resolve(person.network.securityGroupRules.list({ security_group_id: group }));

const methods = (cluster: ConvergingCluster): string[] => cluster.changes().map((change) => change.split(' ')[0] ?? '');

const ssh = { direction: 'ingress', protocol: 'tcp', port_range_min: 22, port_range_max: 22 } as const;

it('adds the rules that somebody removed, then removes those that somebody added, and touches no other', async () => {
  const cluster = await startConvergingCluster(emulated, 'ceres');
  const { person } = cluster;
  const { securityGroupRules } = person.network;
  const groups = await cluster.firewall();
  for (const group of [groups.controlPlane, groups.nodes]) {
    cluster.changes();
    const before = await rulesOf(cluster, group);
    const [lost] = before.filter(({ direction, protocol }) => direction === 'ingress' && protocol === 'tcp');
    await securityGroupRules.delete(lost?.id ?? '');
    await securityGroupRules.create({ ...ssh, security_group_id: group });
    await securityGroupRules.create({ ...ssh, ethertype: 'IPv6', security_group_id: group });
    await cluster.firewall();
    expect(methods(cluster)).toEqual(['POST', 'DELETE', 'DELETE']);
    const after = await rulesOf(cluster, group);
    const kept = before.filter(({ id }) => id !== lost?.id);
    expect(after).toHaveLength(before.length);
    expect(after).toEqual(expect.arrayContaining(kept));
  }
  expect(await cluster.firewall()).toEqual(groups);
  expect(cluster.changes()).toEqual([]);
});

it('narrows and widens by the specification', async () => {
  const cluster = await startConvergingCluster(emulated, 'pallas');
  const { controlPlane } = await cluster.firewall();
  const sources = async () =>
    (await rulesOf(cluster, controlPlane))
      .filter(({ port_range_min: port }) => port === 6443)
      .map(({ remote_ip_prefix: prefix }) => prefix)
      .sort();
  expect(await sources()).toEqual(['0.0.0.0/0', '10.6.0.0/16']);
  cluster.changes();
  await cluster.firewall({ allowedCidrs: ['192.0.2.0/24', '198.51.100.0/24'] });
  expect(methods(cluster)).toEqual(['POST', 'DELETE']);
  expect(await sources()).toEqual(['10.6.0.0/16', '192.0.2.0/24', '198.51.100.0/24']);
  await cluster.firewall({});
  expect(await sources()).toEqual(['0.0.0.0/0', '10.6.0.0/16']);
});

it('leaves what is let out, and the rules of other groups, alone', async () => {
  const cluster = await startConvergingCluster(emulated, 'juno');
  const { securityGroups, securityGroupRules } = cluster.person.network;
  const { nodes } = await cluster.firewall();
  const foreign = await securityGroups.create({ name: 'juno-aaaaaa-nodes', description: 'mine' });
  await securityGroupRules.create({ ...ssh, security_group_id: foreign.id });
  await securityGroupRules.create({ ...ssh, direction: 'egress', security_group_id: nodes });
  const before = await Promise.all([rulesOf(cluster, foreign.id), rulesOf(cluster, nodes)]);
  cluster.changes();
  await cluster.firewall();
  expect(cluster.changes()).toEqual([]);
  expect(await Promise.all([rulesOf(cluster, foreign.id), rulesOf(cluster, nodes)])).toEqual(before);
});

it('takes a rule with a protocol’s number, or without a range, for the one with its name, or with all of them', async () => {
  const cluster = await startConvergingCluster(emulated, 'iris');
  const { securityGroupRules } = cluster.person.network;
  const { controlPlane, nodes } = await cluster.firewall();
  const [everybody] = (await rulesOf(cluster, controlPlane)).filter((rule) => rule.remote_ip_prefix === '0.0.0.0/0');
  await securityGroupRules.delete(everybody?.id ?? '');
  const api = { direction: 'ingress', protocol: '6', port_range_min: 6443, port_range_max: 6443 } as const;
  await securityGroupRules.create({ ...api, security_group_id: controlPlane });
  const before = await Promise.all([rulesOf(cluster, controlPlane), rulesOf(cluster, nodes)]);
  cluster.changes();
  await cluster.firewall();
  expect(cluster.changes()).toEqual([]);
  expect(await Promise.all([rulesOf(cluster, controlPlane), rulesOf(cluster, nodes)])).toEqual(before);
});
