import type { ClusterApi } from '../kubernetes/cluster-api.ts';
import { kubernetesFailure } from '../kubernetes/failures.ts';

/** Label that kubeadm gives to control planes. */
const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';

/** Names of the nodes that are control planes. */
export async function listControlPlanes(api: ClusterApi): Promise<string[]> {
  try {
    const { items } = await api.core.listNode({ labelSelector: CONTROL_PLANE_LABEL }, api.options());
    return items.flatMap(({ metadata }) => metadata?.name ?? []);
  } catch (error) {
    throw kubernetesFailure(error, 'listing the nodes of the control plane');
  }
}
