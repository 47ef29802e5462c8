import assert from 'node:assert/strict';
import type { CaseContext, ContractArea, ContractCase } from '../kit/case.ts';
import { makeNetwork, networkCase, networkReference } from './network-setup.ts';

const REFERENCE = networkReference('standard-attributes-tag-extension');

/** What the client can do with a resource of any kind. */
interface Waitable {
  waitFor(id: string, states: { target: readonly string[] }): Promise<unknown>;
  waitGone(id: string): Promise<void>;
  delete(id: string): Promise<void>;
}
interface Taggable extends Waitable {
  setTags(id: string, tags: readonly string[]): Promise<string[]>;
  addTag(id: string, tag: string): Promise<void>;
  deleteTag(id: string, tag: string): Promise<void>;
  get(id: string): Promise<unknown>;
}

/** A resource is waited for, gets tags, and is waited for until it is gone. */
function lifeCase(
  noun: string,
  state: string,
  kind: (context: CaseContext) => Taggable,
  make: (context: CaseContext) => Promise<string>,
): ContractCase {
  return networkCase(`the client waits for a ${noun}, and changes its tags`, REFERENCE, async (context) => {
    const resource = kind(context);
    const id = await make(context);
    await resource.waitFor(id, { target: [state] });
    const tags = await resource.setTags(id, ['red', 'big']);
    assert.equal(tags.length, 2);
    await resource.addTag(id, 'blue');
    await resource.deleteTag(id, 'red');
    await resource.get(id);
    await resource.delete(id);
    await resource.waitGone(id);
  });
}

const idOf = async (made: Promise<{ id: string }>): Promise<string> => (await made).id;

export const networkClient: ContractArea = {
  area: 'network-client',
  cases: [
    lifeCase(
      'network',
      'ACTIVE',
      ({ user }) => user.network.networks,
      ({ user }) => idOf(user.network.networks.create({ name: 'net' })),
    ),
    lifeCase(
      'subnet',
      'PRESENT',
      ({ user }) => user.network.subnets,
      async (context) => (await makeNetwork(context)).subnet,
    ),
    lifeCase(
      'router',
      'ACTIVE',
      ({ user }) => user.network.routers,
      ({ user }) => idOf(user.network.routers.create({ name: 'router' })),
    ),
    lifeCase(
      'port',
      'DOWN',
      ({ user }) => user.network.ports,
      async (context) => {
        const { network } = await makeNetwork(context);
        return idOf(context.user.network.ports.create({ network_id: network }));
      },
    ),
    lifeCase(
      'security group',
      'PRESENT',
      ({ user }) => user.network.securityGroups,
      ({ user }) => idOf(user.network.securityGroups.create({ name: 'group' })),
    ),
    lifeCase(
      'floating IP',
      'DOWN',
      ({ user }) => user.network.floatingIps,
      ({ user, seeds }) => idOf(user.network.floatingIps.create({ floating_network_id: seeds.externalNetwork })),
    ),
    networkCase('the client waits for a rule of a security group', REFERENCE, async ({ user }) => {
      const { securityGroups, securityGroupRules } = user.network;
      const group = await securityGroups.create({ name: 'group' });
      const { id } = await securityGroupRules.create({ security_group_id: group.id, direction: 'ingress' });
      await securityGroupRules.waitFor(id, { target: ['PRESENT'] });
      await securityGroupRules.delete(id);
      await securityGroupRules.waitGone(id);
    }),
  ],
};
