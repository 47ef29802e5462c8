import type { Cloud } from '../cloud.ts';
import { ok, Service, type Call } from '../http/service.ts';
import { neutronDialect, neutronError } from './errors.ts';
import { floatingIpResource } from './floating-ips.ts';
import { networkResource } from './networks.ts';
import { portResource } from './ports.ts';
import { neutronQuotaRoutes } from './quotas.ts';
import { resourceRoutes } from './resource.ts';
import { routerInterfaceRoutes } from './router-interfaces.ts';
import { routerResource } from './routers.ts';
import { securityGroupRuleResource } from './security-group-rules.ts';
import { securityGroupResource } from './security-groups.ts';
import { subnetResource } from './subnets.ts';

/** The extensions whose behaviour is here; clients ask for them by alias. */
const extensions: readonly (readonly [alias: string, name: string])[] = [
  ['address-group', ''],
  ['allowed-address-pairs', 'Allowed Address Pairs'],
  ['availability_zone', 'Availability Zone'],
  ['binding', 'Port Binding'],
  ['default-subnetpools', ''],
  ['empty-string-filtering', 'Empty String Filtering Extension'],
  ['ext-gw-mode', 'Neutron L3 Configurable external gateway mode'],
  ['external-net', 'Neutron external network'],
  ['extra_dhcp_opt', 'Neutron Extra DHCP options'],
  ['extraroute', 'Neutron Extra Route'],
  ['filter-validation', 'Filter parameters validation'],
  ['fip-port-details', 'Floating IP Port Details Extension'],
  ['net-mtu', 'Network MTU'],
  ['net-mtu-writable', 'Network MTU (writable)'],
  ['pagination', 'Pagination support'],
  ['port-security', 'Port Security'],
  ['port-security-groups-filtering', 'Port filtering on security groups'],
  ['project-id', 'project_id field enabled'],
  ['provider', 'Provider Network'],
  ['quota_details', 'Quota details management support'],
  ['quotas', 'Quota management support'],
  ['router', 'Neutron L3 Router'],
  ['security-group', 'security-group'],
  ['sorting', 'Sorting support'],
  ['standard-attr-description', 'standard-attr-description'],
  ['standard-attr-revisions', 'Resource revision numbers'],
  [
    'standard-attr-tag',
    'Tag support for resources with standard attribute: port, subnet, network, security_group, floatingip, router, security_group_rule',
  ],
  ['standard-attr-timestamp', 'Resource timestamps'],
  ['stateful-security-group', 'Stateful security group'],
].flatMap(([alias = '', name = '']) => (name === '' ? [] : [[alias, name] as const]));

/** Neutron v2.0 under `/networking`. */
export function createNeutron(cloud: Cloud): Service {
  const service = new Service('network', '/networking', neutronDialect);
  const version = (call: Call) => ({
    id: 'v2.0',
    status: 'CURRENT',
    links: [{ rel: 'self', href: `${call.origin}/networking/v2.0/` }],
  });
  for (const path of ['', '/']) {
    service.get(path, (call) => ok({ versions: [version(call)] }), { open: true });
    service.get(`/v2.0${path}`, (call) => ok({ resources: [], version: version(call) }), { open: true });
  }
  routerInterfaceRoutes(service, cloud);
  neutronQuotaRoutes(service, cloud);
  resourceRoutes(service, cloud, networkResource(service, cloud));
  resourceRoutes(service, cloud, subnetResource(service, cloud));
  resourceRoutes(service, cloud, portResource(service, cloud));
  resourceRoutes(service, cloud, routerResource(service, cloud));
  resourceRoutes(service, cloud, securityGroupResource(service, cloud));
  resourceRoutes(service, cloud, securityGroupRuleResource(service, cloud));
  resourceRoutes(service, cloud, floatingIpResource(service, cloud));

  const extensionView = ([alias, name]: readonly [string, string]) => ({
    alias,
    name,
    description: name,
    updated: '2020-01-01T00:00:00-00:00',
    links: [],
  });
  service.get('/v2.0/extensions', () => ok({ extensions: extensions.map(extensionView) }));
  service.get('/v2.0/extensions/:alias', (call) => {
    const alias = call.params['alias'] ?? '';
    const found = extensions.find(([one]) => one === alias);
    if (!found)
      throw neutronError(
        404,
        'ExtensionsNotFound',
        `Extensions not found: extension with alias ${alias} does not exist.`,
      );
    return ok({ extension: extensionView(found) });
  });
  service.get('/v2.0/availability_zones', () =>
    ok({
      availability_zones: ['network', 'router'].map((resource) => ({ name: 'nova', resource, state: 'available' })),
    }),
  );
  return service;
}
