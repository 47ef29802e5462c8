import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import {
  type AdoptClusterInput,
  type AdoptClusterResult,
  clusterWorkflowId,
  FailureType,
  orphanWorkflowId,
} from '../../model/index.ts';
import { keptIds } from './kept-clusters.ts';
import { clusterStart, findRunning, type RunningCluster } from './cluster-workflows.ts';
import { findLost } from './lost-clusters.ts';
import type { RequestOperationDeps } from './request-operation.ts';

/** Makes the workflow of a cluster anew. Tried again after it was made, it finds the one that this request made. */
export const adoptCluster =
  (deps: RequestOperationDeps) =>
  async ({
    name,
    id: wanted,
    cloud,
    requestId,
  }: AdoptClusterInput & { requestId: string }): Promise<AdoptClusterResult> => {
    const { temporal, taskQueue } = deps;
    const workflowId = clusterWorkflowId(name);
    const running = await findRunning(temporal, workflowId);
    if (running !== undefined && running.adoptedBy !== requestId) throw isRunning(name, wanted, running);
    const id = wanted ?? running?.clusterId ?? (await onlyLost(deps, name));
    if ((await findRunning(temporal, orphanWorkflowId(id))) !== undefined) throw isBeingDeleted(id);
    const record = await findLost(deps, id, cloud);
    if (record === undefined) throw nothingKept(id);
    if (running === undefined) {
      try {
        await temporal.workflow.start('cluster', clusterStart(record, { workflowId, taskQueue, adoptedBy: requestId }));
      } catch (error) {
        // Somebody was faster; the next try says who.
        if (error instanceof WorkflowExecutionAlreadyStartedError)
          throw new Error(`${workflowId} was just started`, { cause: error });
        throw error;
      }
    }
    return { name, id, cloud: record.spec.cloud, phase: record.phase };
  };

async function onlyLost({ vault }: RequestOperationDeps, name: string): Promise<string> {
  const ids = await keptIds(vault, cancellationSignal(), name);
  const [id] = ids;
  if (id !== undefined && ids.length === 1) return id;
  const message =
    id === undefined
      ? `Vault holds nothing of a cluster ${name}. If its resources are still in a cloud, say its id and that cloud`
      : `clusters ${ids.join(', ')} have lost their workflows: say which one by its id`;
  throw ApplicationFailure.nonRetryable(
    message,
    id === undefined ? FailureType.ClusterNotFound : FailureType.ClusterLost,
  );
}

function isRunning(
  name: string,
  wanted: string | undefined,
  { workflowId, clusterId }: RunningCluster,
): ApplicationFailure {
  const message =
    wanted === undefined || clusterId === wanted
      ? `the workflow ${workflowId} of cluster ${clusterId ?? name} runs: there is nothing to adopt`
      : `the name ${name} is taken by cluster ${clusterId ?? ''}: ${wanted} cannot be adopted beside it, only deleted by its id`;
  return ApplicationFailure.nonRetryable(message, FailureType.NotAdmitted);
}

function isBeingDeleted(id: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `cluster ${id} is being deleted by the workflow ${orphanWorkflowId(id)}`,
    FailureType.NotAdmitted,
  );
}

function nothingKept(id: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `Vault holds no specification of cluster ${id}. Say the cloud that holds its resources: it can then be deleted`,
    FailureType.ClusterNotFound,
  );
}
