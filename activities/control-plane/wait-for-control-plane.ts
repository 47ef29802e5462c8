import type { VaultClient } from '../../vault/index.ts';
import { requireApi, statusOf } from '../kubernetes/cluster-api.ts';
import { describe, kubernetesFailure } from '../kubernetes/failures.ts';
import { isReady } from '../kubernetes/node-state.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import { etcdAccess, EtcdPeer } from './etcd/etcd-members.ts';

const DEADLINE_MS = 20 * 60_000;

/** Static pods of a control plane, as kubeadm names them. */
const PODS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/**
 * Waits until a machine has joined the control plane: its node is Ready, its four static pods are, and its etcd is a
 * started member that votes and is well.
 */
export const waitForControlPlane =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id, node }: { readonly id: string; readonly node: string }): Promise<void> => {
    const api = await requireApi(vault, id);
    const access = await etcdAccess(vault, id, api);
    await poll({ subject: `${node} to join the control plane`, deadlineMs: DEADLINE_MS }, async () => {
      const pending = await missing();
      if (pending === undefined) return { done: true };
      reportProgress({ detail: pending });
      return { pending };
    });

    /** What is not there yet; undefined when all is. */
    async function missing(): Promise<string | undefined> {
      try {
        if (!isReady(await api.core.readNode({ name: node }, api.options()))) return `node ${node} is not Ready`;
        for (const pod of PODS) {
          const { status } = await api.core.readNamespacedPod(
            { name: `${pod}-${node}`, namespace: 'kube-system' },
            api.options(),
          );
          const ready = status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True');
          if (ready !== true) return `pod ${pod}-${node} is not Ready`;
        }
      } catch (error) {
        if (statusOf(error) === 404) return `${node} has not joined`;
        const failure = kubernetesFailure(error, `looking at ${node}`);
        if (failure.nonRetryable) throw failure;
        return describe(error);
      }
      return EtcdPeer.with(access, node, async (peer) => {
        const { memberId, leaderId, isLearner, errors } = await peer.status();
        const member = (await peer.members()).find((one) => one.id === memberId);
        if (member === undefined || member.name === '') return `the etcd of ${node} has not started`;
        if (isLearner || member.isLearner) return `the etcd of ${node} still learns`;
        if (leaderId === '0') return `the etcd of ${node} knows no leader`;
        return errors.length === 0 ? undefined : `the etcd of ${node} says: ${errors.join(', ')}`;
      }).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    }
  };
