import type { V1Service } from '@kubernetes/client-node';
import type { ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Removed } from '../machines/delete-servers.ts';
import { ClusterApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';

/** How long the cloud controller manager has to remove its load balancers; what it leaves is removed from outside. */
const DEADLINE_MS = 3 * 60_000;

/**
 * Deletes what the cluster made for itself in the cloud, from inside, where its own controllers clean up after it:
 * Services of type LoadBalancer. A cluster whose API does not answer is a normal case: then there is nothing to do
 * here, and all is done from outside.
 */
export const deleteInside =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const api = await ClusterApi.find(vault, id);
    const services = api === undefined ? undefined : await loadBalancerServices(api);
    if (api === undefined || services === undefined || services.length === 0) return { removed: {} };
    for (const service of services) await deleteService(api, service);
    await untilGone(api, id);
    return { removed: { 'load balancer service': services.length } };
  };

/** Undefined when the API does not answer. */
async function loadBalancerServices(api: ClusterApi): Promise<V1Service[] | undefined> {
  try {
    const { items } = await api.core.listServiceForAllNamespaces({}, api.options());
    return items.filter(({ spec }) => spec?.type === 'LoadBalancer');
  } catch {
    return undefined;
  }
}

async function deleteService(api: ClusterApi, { metadata }: V1Service): Promise<void> {
  const { name = '', namespace = '' } = metadata ?? {};
  reportProgress({ detail: `deleting Service ${namespace}/${name}` });
  try {
    await api.core.deleteNamespacedService({ name, namespace }, api.options());
  } catch (error) {
    if (statusOf(error) !== 404) throw kubernetesFailure(error, `deleting Service ${namespace}/${name}`);
  }
}

/** A Service stays, with its finalizer, until its load balancer is gone. */
async function untilGone(api: ClusterApi, id: string): Promise<void> {
  await poll({ subject: `the load balancers of Services in ${id}`, deadlineMs: DEADLINE_MS }, async () => {
    const left = await loadBalancerServices(api);
    const pending = `${left?.length ?? 0} Services of type LoadBalancer are left`;
    reportProgress({ detail: pending });
    return left === undefined || left.length === 0 ? { done: true } : { pending };
  });
}
