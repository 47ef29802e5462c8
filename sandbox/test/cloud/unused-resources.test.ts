import { afterAll, beforeAll, expect, it } from 'vitest';
import { testCloud, type TestCloud } from './harness.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

/** The extensions that have collections which nobody here uses. */
const collections: readonly (readonly [alias: string, path: string, key: string])[] = [
  ['trunk', 'trunks', 'trunks'],
  ['qos', 'qos/policies', 'policies'],
  ['rbac-policies', 'rbac-policies', 'rbac_policies'],
  ['subnet_allocation', 'subnetpools', 'subnetpools'],
  ['address-scope', 'address-scopes', 'address_scopes'],
  ['address-group', 'address-groups', 'address_groups'],
  ['flavors', 'flavors', 'flavors'],
];

it.each(collections)(
  'what extension %s announces is served at %s: an empty list, and a 404 of its own',
  async (alias, path, key) => {
    const { demo } = cloud;
    expect((await demo.neutron('GET', `/extensions/${alias}`)).status).toBe(200);
    const list = await demo.neutron('GET', `/${path}?port_id=7`);
    expect([list.status, list.list(key)]).toEqual([200, []]);
    for (const method of ['GET', 'DELETE']) {
      const one = await demo.neutron(method, `/${path}/7`);
      expect([one.status, one.string('NeutronError.type')]).toEqual([404, expect.stringMatching(/NotFound$/u)]);
      expect(one.string('NeutronError.type')).not.toBe('HTTPNotFound');
    }
  },
);
