import { type ClusterApi, statusOf } from '../kubernetes/cluster-api.ts';
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

/** Removes a node object. Gone already is well. */
export async function removeNode(api: ClusterApi, name: string): Promise<void> {
  try {
    await api.core.deleteNode({ name }, api.options());
  } catch (error) {
    if (statusOf(error) !== 404) throw kubernetesFailure(error, `removing node ${name}`);
  }
}
