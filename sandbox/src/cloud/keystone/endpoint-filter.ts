import type { Cloud } from '../cloud.ts';
import { noContent, type Call, type Service } from '../http/service.ts';
import { takesNothing } from '../http/takes.ts';
import { listEndpoints } from './catalog.ts';
import { keystoneDialect, notFound, requireAdmin } from './errors.ts';
import type { ProjectEndpoint } from './rows.ts';

/** Which endpoints a project's catalogue shows (docs.openstack.org/api-ref/identity/v3-ext, OS-EP-FILTER). */
export function endpointFilterRoutes(service: Service, cloud: Cloud): void {
  const { projectEndpoints, projects } = cloud.tables;
  const path = '/v3/OS-EP-FILTER/projects/:project/endpoints/:endpoint';
  const named = (call: Call): ProjectEndpoint => {
    const [projectId = '', endpointId = ''] = [call.params['project'], call.params['endpoint']];
    if (!listEndpoints(cloud, call.origin).some(({ id }) => id === endpointId)) throw notFound('endpoint', endpointId);
    if (!projects.get(projectId)) throw notFound('project', projectId);
    return { id: `${projectId}/${endpointId}`, projectId, endpointId };
  };
  service.put(path, takesNothing, (call) => {
    requireAdmin(call, 'identity:add_endpoint_to_project');
    projectEndpoints.insert(named(call));
    return noContent();
  });
  service.delete(path, (call) => {
    requireAdmin(call, 'identity:remove_endpoint_from_project');
    const row = named(call);
    if (!projectEndpoints.get(row.id))
      throw keystoneDialect.error(404, `Endpoint ${row.endpointId} not found in project ${row.projectId}`);
    projectEndpoints.delete(row.id);
    return noContent();
  });
}
