import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('security-groups-security-groups');

export const networkSecurityGroups: ContractArea = {
  area: 'network-security-groups',
  cases: [
    networkCase('a project has a default group from the start', REFERENCE, async ({ user, note }) => {
      const found = await user.network.securityGroups.list().all();
      note(
        'names',
        found.map(({ name }) => name),
      );
      assert.equal(found.length, 1);
    }),
    networkCase('the default group is there after the first network too', REFERENCE, async (context) => {
      await makeNetwork(context);
      await context.user.network.securityGroups.list({ name: 'default' });
    }),
    networkCase('a group is created with rules for what goes out, changed, and deleted', REFERENCE, async (context) => {
      const { securityGroups } = context.user.network;
      const made = await securityGroups.create({ name: 'group', description: 'words' });
      assert.equal(made.security_group_rules.length, 2);
      await securityGroups.get(made.id);
      await securityGroups.update(made.id, { name: 'new', description: 'others' });
      await securityGroups.delete(made.id);
      await context.refused(404, () => securityGroups.get(made.id));
      await neutron(context, 404, 'DELETE', `/security-groups/${made.id}`);
      await neutron(context, 404, 'PUT', `/security-groups/${made.id}`, { security_group: { name: 'late' } });
    }),
    networkCase('names are not unique, except the default group’s', REFERENCE, async (context) => {
      const { securityGroups } = context.user.network;
      await securityGroups.create({ name: 'twin' });
      await securityGroups.create({ name: 'twin' });
      await context.refused(409, () => securityGroups.create({ name: 'default' }));
      await neutron(context, 201, 'POST', '/security-groups', { security_group: {} });
      await neutron(context, 409, 'POST', '/security-groups', { security_group: { name: 'DeFault' } });
      for (const name of [7, null, 'x'.repeat(256)])
        await neutron(context, 400, 'POST', '/security-groups', { security_group: { name } });
    }),
    networkCase('the default group is neither renamed nor deleted', REFERENCE, async (context) => {
      const { securityGroups } = context.user.network;
      const [group] = await securityGroups.list({ name: 'default' }).all();
      assert.ok(group);
      await context.refused(409, () => securityGroups.delete(group.id));
      await context.refused(409, () => securityGroups.update(group.id, { name: 'other' }));
      await securityGroups.update(group.id, { description: 'mine' });
      const other = await securityGroups.create({ name: 'other' });
      await neutron(context, 409, 'PUT', `/security-groups/${other.id}`, { security_group: { name: 'default' } });
    }),
    networkCase('a group is stateful unless it says otherwise', REFERENCE, async (context) => {
      const { securityGroups } = context.user.network;
      const made = await securityGroups.create({ name: 'group', stateful: false });
      await securityGroups.update(made.id, { stateful: true });
      await neutron(context, 400, 'POST', '/security-groups', { security_group: { name: 'x', stateful: 'maybe' } });
    }),
    networkCase('a group that ports have is in use', REFERENCE, async (context) => {
      const { user, refused } = context;
      const { network } = await makeNetwork(context);
      const group = await user.network.securityGroups.create({ name: 'group' });
      const port = await user.network.ports.create({ network_id: network, security_groups: [group.id] });
      await refused(409, () => user.network.securityGroups.delete(group.id));
      await neutron(context, 409, 'PUT', `/security-groups/${group.id}`, { security_group: { stateful: false } });
      await user.network.ports.delete(port.id);
      await user.network.securityGroups.delete(group.id);
    }),
    networkCase('rules that name a group go with it', REFERENCE, async (context) => {
      const { securityGroups, securityGroupRules } = context.user.network;
      const group = await securityGroups.create({ name: 'group' });
      const other = await securityGroups.create({ name: 'other' });
      const rule = { direction: 'ingress', protocol: 'tcp', port_range_min: 80, port_range_max: 80 } as const;
      await securityGroupRules.create({ ...rule, security_group_id: other.id, remote_group_id: group.id });
      await context.send({ service: 'network', method: 'DELETE', path: `/security-groups/${group.id}` });
      await securityGroups.get(other.id);
    }),
    networkCase('several groups are made by one request', REFERENCE, async ({ user }) => {
      const made = await user.network.securityGroups.createMany([{ name: 'one' }, { name: 'two' }]);
      assert.equal(made.length, 2);
    }),
    networkCase('groups are listed by what they have', REFERENCE, async ({ user, project }) => {
      const { securityGroups } = user.network;
      await securityGroups.create({ name: 'one', description: 'first' });
      const count = async (filters: object) =>
        (await securityGroups.list({ project_id: project.id, ...filters }).all()).length;
      assert.equal(await count({ name: 'one' }), 1);
      assert.equal(await count({ description: 'first' }), 1);
      assert.equal(await count({ shared: false }), 2);
      assert.equal(await count({ name: ['one', 'default'] }), 2);
    }),
    networkCase('a group of another project is not found', REFERENCE, async (context) => {
      const { admin, cleanUp } = context;
      const { id } = await admin.network.securityGroups.create({ name: 'foreign' });
      cleanUp(() => admin.network.securityGroups.delete(id));
      await neutron(context, 404, 'GET', `/security-groups/${id}`);
      await neutron(context, 404, 'PUT', `/security-groups/${id}`, { security_group: { name: 'mine' } });
      await neutron(context, 404, 'DELETE', `/security-groups/${id}`);
      const rule = { security_group_id: id, direction: 'ingress' };
      await neutron(context, 403, 'POST', '/security-group-rules', { security_group_rule: rule });
      const { network: network_id } = await makeNetwork(context);
      await neutron(context, 404, 'POST', '/ports', { port: { network_id, security_groups: [id] } });
    }),
  ],
};
