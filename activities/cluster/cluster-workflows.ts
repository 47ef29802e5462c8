import { type Client, WithStartWorkflowOperation, type WorkflowStartOptions } from '@temporalio/client';
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
  WorkflowNotFoundError,
} from '@temporalio/common';
import { z } from 'zod';
import { type ClusterRecord, clusterWorkflowId, orphanWorkflowId, searchAttributes } from '../../model/index.ts';

const memoSchema = z.looseObject({ clusterId: z.string().optional(), adoptedBy: z.string().optional() }).catch({});

/** A cluster's workflow that runs, as the server itself knows it. */
export interface RunningCluster {
  readonly workflowId: string;
  readonly clusterId: string | undefined;
  /** The request that made this workflow anew. */
  readonly adoptedBy: string | undefined;
}

type ClusterWorkflow = (record: ClusterRecord) => Promise<unknown>;

/** The workflow with this id, if it runs. */
export async function findRunning(temporal: Client, workflowId: string): Promise<RunningCluster | undefined> {
  try {
    const { status, memo } = await temporal.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') return undefined;
    const { clusterId, adoptedBy } = memoSchema.parse(memo ?? {});
    return { workflowId, clusterId, adoptedBy };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The workflow that answers for a cluster, under its name or as an orphan; undefined when none runs. */
export async function findWorkflowOf(temporal: Client, id: string, name: string): Promise<RunningCluster | undefined> {
  const [named, orphan] = await Promise.all([
    findRunning(temporal, clusterWorkflowId(name)),
    findRunning(temporal, orphanWorkflowId(id)),
  ]);
  return orphan ?? (named?.clusterId === id ? named : undefined);
}

/** How a cluster's workflow is started, whatever starts it. */
export function clusterStart(
  record: ClusterRecord,
  options: { readonly workflowId: string; readonly taskQueue: string; readonly adoptedBy?: string },
): WorkflowStartOptions<ClusterWorkflow> {
  const { id, spec, createdAt, phase } = record;
  const { workflowId, taskQueue, adoptedBy } = options;
  const keyword = (name: string, value: string) => ({
    key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
    value,
  });
  return {
    workflowId,
    taskQueue,
    args: [record],
    memo: { clusterId: id, createdAt, ...(adoptedBy === undefined ? {} : { adoptedBy }) },
    typedSearchAttributes: new TypedSearchAttributes([
      keyword(searchAttributes.cluster, spec.name),
      keyword(searchAttributes.cloud, spec.cloud),
      keyword(searchAttributes.phase, phase),
      keyword(searchAttributes.version, spec.kubernetes.version),
    ]),
    staticSummary: `Cluster ${spec.name} on ${spec.cloud}`,
  };
}

/**
 * The same with the first request to it, in one call: there is no moment in which the one is there without the other.
 */
export const startWithRequest = (record: ClusterRecord, workflowId: string, taskQueue: string) =>
  new WithStartWorkflowOperation<ClusterWorkflow>('cluster', {
    ...clusterStart(record, { workflowId, taskQueue }),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
