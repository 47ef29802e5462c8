import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { foreignNetwork, makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('networks');

export const networkNetworks: ContractArea = {
  area: 'network-networks',
  cases: [
    networkCase(
      'a network is created with defaults, shown, and gone after its deletion',
      REFERENCE,
      async (context) => {
        const { networks } = context.user.network;
        const made = await networks.create({});
        assert.equal(made.status, 'ACTIVE');
        await networks.get(made.id);
        await networks.delete(made.id);
        await context.refused(404, () => networks.get(made.id));
        await neutron(context, 404, 'DELETE', `/networks/${made.id}`);
        await neutron(context, 404, 'PUT', `/networks/${made.id}`, { network: { name: 'late' } });
      },
    ),
    networkCase('a network takes every attribute that a user may give', REFERENCE, async ({ user, project }) => {
      const made = await user.network.networks.create({
        name: 'net',
        description: 'all of it',
        admin_state_up: false,
        mtu: 1400,
        port_security_enabled: false,
        project_id: project.id,
      });
      assert.equal(made.mtu, 1400);
    }),
    networkCase('names are not unique', REFERENCE, async ({ user, note }) => {
      const { networks } = user.network;
      await networks.create({ name: 'twin', description: 'first' });
      await networks.create({ name: 'twin', description: 'second' });
      const found = await networks.list({ name: 'twin' }).all();
      note('how many', found.length);
      assert.equal(found.length, 2);
    }),
    networkCase('several networks are made by one request', REFERENCE, async (context) => {
      const made = await context.user.network.networks.createMany([{ name: 'one' }, { name: 'two' }]);
      assert.equal(made.length, 2);
    }),
    networkCase('of several networks none is made if one is wrong', REFERENCE, async (context) => {
      const networks = [{ name: 'one' }, { name: 'two', mtu: 9000 }];
      await neutron(context, 400, 'POST', '/networks', { networks });
      await neutron(context, 200, 'GET', `/networks?project_id=${context.project.id}`);
      await neutron(context, 400, 'POST', '/networks', { networks: [] });
      await neutron(context, 400, 'POST', '/networks', { networks: ['one'] });
    }),
    networkCase('an update changes what it names, and counts the revision', REFERENCE, async ({ user }) => {
      const { networks } = user.network;
      const { id } = await networks.create({ name: 'old' });
      const changed = await networks.update(id, {
        name: 'new',
        description: 'words',
        admin_state_up: false,
        mtu: 1300,
      });
      assert.equal(changed.name, 'new');
      await networks.update(id, { port_security_enabled: false });
      await networks.get(id);
    }),
    networkCase('an update of nothing is accepted', REFERENCE, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      await neutron(context, 200, 'PUT', `/networks/${id}`, { network: {} });
    }),
    networkCase('subnets are listed in their network', REFERENCE, async (context) => {
      const { network } = await makeNetwork(context);
      const shown = await context.user.network.networks.get(network);
      assert.equal(shown.subnets.length, 1);
    }),
    networkCase('a network with ports is in use; with subnets alone it is not', REFERENCE, async (context) => {
      const { user, refused } = context;
      const { network, subnet } = await makeNetwork(context);
      const port = await user.network.ports.create({ network_id: network });
      await refused(409, () => user.network.networks.delete(network));
      await user.network.ports.delete(port.id);
      await user.network.networks.delete(network);
      await refused(404, () => user.network.subnets.get(subnet));
    }),
    networkCase(
      'provider attributes, sharing and being external are the administrator’s',
      REFERENCE,
      async (context) => {
        const { network } = await makeNetwork(context);
        for (const values of [
          { shared: true },
          { 'router:external': true },
          { 'provider:network_type': 'vxlan' },
          { 'provider:physical_network': 'physnet1' },
          { 'provider:segmentation_id': 7 },
          { is_default: true },
          { segments: [{ 'provider:network_type': 'vxlan' }] },
        ]) {
          await neutron(context, 403, 'POST', '/networks', { network: values });
          await neutron(context, 403, 'PUT', `/networks/${network}`, { network: values });
        }
        await neutron(context, 201, 'POST', '/networks', { network: { shared: false, 'router:external': false } });
      },
    ),
    networkCase('a network of another project cannot be made, nor found', REFERENCE, async (context) => {
      const { network } = await foreignNetwork(context);
      await neutron(context, 400, 'POST', '/networks', { network: { project_id: 'f'.repeat(32) } });
      await neutron(context, 400, 'POST', '/networks', { network: { tenant_id: 'f'.repeat(32) } });
      await neutron(context, 404, 'GET', `/networks/${network}`);
      await neutron(context, 404, 'PUT', `/networks/${network}`, { network: { name: 'mine' } });
      await neutron(context, 404, 'DELETE', `/networks/${network}`);
    }),
    networkCase('the external network is seen by everybody, and changed by nobody', REFERENCE, async (context) => {
      const { user, seeds, note } = context;
      const found = await context.quietly(() => user.network.networks.list({ 'router:external': true }).all());
      note(
        'is it there',
        found.some(({ id }) => id === seeds.externalNetwork),
      );
      const shown = await context.quietly(() => user.network.networks.get(seeds.externalNetwork));
      const { tags, ...fields } = shown;
      note('attributes', Object.keys({ ...fields, tags }).sort());
      note('external', [shown['router:external'], shown.shared, shown.status]);
      await neutron(context, 403, 'PUT', `/networks/${seeds.externalNetwork}`, { network: { name: 'mine' } });
      await neutron(context, 403, 'DELETE', `/networks/${seeds.externalNetwork}`);
      await neutron(context, 403, 'POST', '/subnets', {
        subnet: { network_id: seeds.externalNetwork, ip_version: 4, cidr: '10.1.0.0/24' },
      });
    }),
    networkCase(
      'a network that the administrator shares is seen, used, and not changed',
      REFERENCE,
      async (context) => {
        const { user, admin, cleanUp, refused } = context;
        const shared = await admin.network.networks.create({ name: 'shared', shared: true });
        cleanUp(() => admin.network.networks.delete(shared.id));
        const shown = await user.network.networks.get(shared.id);
        assert.equal(shown.shared, true);
        const port = await user.network.ports.create({ network_id: shared.id });
        await refused(403, () => user.network.networks.delete(shared.id));
        await refused(403, () =>
          user.network.subnets.create({ network_id: shared.id, ip_version: 4, cidr: '10.1.0.0/24' }),
        );
        await user.network.ports.delete(port.id);
      },
    ),
    networkCase('an availability zone that is not there is not found', REFERENCE, async (context) => {
      await neutron(context, 404, 'POST', '/networks', { network: { availability_zone_hints: ['moon'] } });
      await neutron(context, 400, 'POST', '/networks', { network: { availability_zone_hints: 'moon' } });
    }),
  ],
};
