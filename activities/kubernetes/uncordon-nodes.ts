import { operationWorkflowId } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { requireApi } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';
import { CORDONED_BY } from './node-state.ts';

const AT_ONCE = 10;

/**
 * Undoes the cordons that operations of this cluster made, and nobody else's. For an operation that ends without
 * removing what it drained.
 */
export const uncordonNodes =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id }: { id: string }): Promise<{ uncordoned: number }> => {
    const api = await requireApi(vault, id);
    const by = operationWorkflowId(id);
    try {
      const { nodes } = await api.nodes();
      const ours = nodes.filter(({ metadata }) => metadata?.annotations?.[CORDONED_BY] === by);
      await concurrently(ours, AT_ONCE, ({ metadata }) =>
        api.patchNode(metadata?.name ?? '', {
          metadata: { annotations: { [CORDONED_BY]: null } },
          spec: { unschedulable: null },
        }),
      );
      return { uncordoned: ours.length };
    } catch (error) {
      throw kubernetesFailure(error, `uncordoning nodes of ${id}`);
    }
  };
