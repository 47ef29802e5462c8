import type { Cloud } from '../cloud.ts';

/** The region of everything. */
export const regionId = 'RegionOne';

const services = [
  { type: 'identity', name: 'keystone', path: '/identity' },
  { type: 'compute', name: 'nova', path: '/compute/v2.1' },
  { type: 'image', name: 'glance', path: '/image' },
  { type: 'network', name: 'neutron', path: '/networking' },
  { type: 'load-balancer', name: 'octavia', path: '/load-balancer' },
  { type: 'block-storage', name: 'cinder', path: '/volume/v3' },
  { type: 'volumev3', name: 'cinderv3', path: '/volume/v3' },
  { type: 'object-store', name: 'swift', path: '/object-store/v1/AUTH_%(project_id)s' },
  { type: 'dns', name: 'designate', path: '/dns' },
] as const;

const interfaces = ['public', 'internal', 'admin'] as const;

/**
 * The catalogue of a project, with addresses at the origin through which the client came. A project with endpoints of
 * its own choice has these only, others have all (keystone:keystone/catalog/backends/sql.py,
 * `return_all_endpoints_if_no_filter`).
 */
export function catalog(cloud: Cloud, origin: string, projectId: string) {
  const chosen = cloud.tables.projectEndpoints.by('project', projectId).map(({ endpointId }) => endpointId);
  return services
    .map(({ type, name, path }) => ({
      type,
      name,
      id: cloud.stableId(`service:${type}`),
      endpoints: interfaces
        .map((kind) => ({
          id: cloud.stableId(`endpoint:${type}:${kind}`),
          interface: kind,
          region: regionId,
          region_id: regionId,
          url: origin + path.replace('%(project_id)s', projectId),
        }))
        .filter(({ id }) => chosen.length === 0 || chosen.includes(id)),
    }))
    .filter(({ endpoints }) => endpoints.length > 0);
}

/** `GET /v3/services` */
export function listServices(cloud: Cloud) {
  return services.map(({ type, name }) => ({
    id: cloud.stableId(`service:${type}`),
    type,
    name,
    description: '',
    enabled: true,
    links: {},
  }));
}

/** `GET /v3/endpoints` */
export function listEndpoints(cloud: Cloud, origin: string) {
  return services.flatMap(({ type, path }) =>
    interfaces.map((kind) => ({
      id: cloud.stableId(`endpoint:${type}:${kind}`),
      service_id: cloud.stableId(`service:${type}`),
      interface: kind,
      region: regionId,
      region_id: regionId,
      url: origin + path,
      enabled: true,
      links: {},
    })),
  );
}
