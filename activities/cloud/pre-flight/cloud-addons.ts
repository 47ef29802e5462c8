import { ConfigurationError } from 'openstack-client-ts';
import { needsCloud } from '../../../addons/index.ts';
import type { ClusterSpec } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { grantable } from '../grantable-roles.ts';
import { call } from '../session.ts';
import type { Report } from './report.ts';

/** Whether the cluster can have what its addons need of the cloud: a credential of its own, and block storage. */
export async function checkCloudAddons(cloud: Cloud, spec: ClusterSpec, report: Report): Promise<void> {
  const { addons, kubernetes } = spec;
  if (!needsCloud(addons, kubernetes.version)) return;
  const { who, restricted, roles, own } = await grantable(cloud);
  if (restricted) report('credentialRestricted', { who });
  else if (roles.length === 0)
    report('credentialRoles', { wanted: cloud.settings.clusterRoles.join(', '), who, roles: own.join(', ') });
  if (addons.cinder !== undefined && !(await offersVolumes(cloud))) report('cinderService', {});
}

async function offersVolumes({ client }: Cloud): Promise<boolean> {
  try {
    await client.blockStorage.service.endpoint(call());
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}
