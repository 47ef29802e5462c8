import { ok, type Service } from '../http/service.ts';
import { neutronError } from './errors.ts';

/** Collections of extensions that nobody here has anything of: their path, the key of their list, and the words of their 404. */
const unused: readonly (readonly [path: string, key: string, type: string, words: (id: string) => string])[] = [
  ['trunks', 'trunks', 'TrunkNotFound', (id) => `Trunk ${id} could not be found.`],
  ['qos/policies', 'policies', 'QosPolicyNotFound', (id) => `QoS policy ${id} could not be found.`],
  ['rbac-policies', 'rbac_policies', 'RbacPolicyNotFound', (id) => `RBAC policy of type None with ID ${id} not found`],
  ['subnetpools', 'subnetpools', 'SubnetPoolNotFound', (id) => `Subnet pool ${id} could not be found.`],
  ['address-scopes', 'address_scopes', 'AddressScopeNotFound', (id) => `Address scope ${id} could not be found`],
  ['address-groups', 'address_groups', 'AddressGroupNotFound', (id) => `Address group ${id} could not be found.`],
  ['flavors', 'flavors', 'FlavorNotFound', (id) => `Flavor ${id} could not be found.`],
];

/**
 * What clients of the announced extensions ask before they do their work: there is nothing, in a list and by id. What would make
 * something is no route here.
 */
export function unusedResourceRoutes(service: Service): void {
  for (const [path, key, type, words] of unused) {
    service.get(`/v2.0/${path}`, () => ok({ [key]: [] }));
    for (const method of ['GET', 'PUT', 'DELETE']) {
      service.route(method, `/v2.0/${path}/:id`, (call) => {
        throw neutronError(404, type, words(call.params['id'] ?? ''));
      });
    }
  }
  service.get('/v2.0/service-providers', () => ok({ service_providers: [] }));
}
