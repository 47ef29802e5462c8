import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { type AttentionKind, type ClusterPhase, searchAttributes } from '../model/index.ts';
import { unlessAbsent } from './absent-workflow.ts';
import { clusterMemoSchema } from './cluster-memo.ts';
import { LOST_PHASE } from './lost-workflow.ts';
import type { TemporalService } from './temporal-service.ts';

/** Which clusters to list; all of them when empty. */
export interface ListFilter {
  readonly cloud?: string | undefined;
  readonly phase?: ClusterPhase | undefined;
  /** Only those whose running operation waits for a person. */
  readonly attention?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A cluster as Temporal's visibility knows it: no worker is asked. */
export interface ClusterSummary {
  readonly name: string;
  /** Absent until the cluster's workflow said so. */
  readonly id?: string;
  readonly cloud: string;
  /** A phase of a cluster, or `Lost` when its workflow was terminated or failed. */
  readonly phase: string;
  /** Why the running operation waits for a person; absent while it does not. */
  readonly attention?: AttentionKind;
  readonly kubernetesVersion: string;
  readonly createdAt: string;
}

/** More than this is not listed at once: narrow the filter. */
const MAX_CLUSTERS = 20_000;

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const keys = {
  cluster: keyword(searchAttributes.cluster),
  cloud: keyword(searchAttributes.cloud),
  phase: keyword(searchAttributes.phase),
  version: keyword(searchAttributes.version),
  attention: keyword(searchAttributes.attention),
};

/** So many workflows that ended otherwise than with their clusters are looked at. */
const MAX_LOST = 500;

/**
 * Lists clusters page by page, newest first as visibility gives them; after them, those that have lost their workflows.
 */
export async function* listClusters(temporal: TemporalService, filter: ListFilter): AsyncGenerator<ClusterSummary> {
  const { cloud, phase, attention = false } = filter;
  const ofCloud = cloud === undefined ? [] : [`${searchAttributes.cloud} = ${quoted(cloud)}`];
  const inPhase = phase === undefined ? [] : [`${searchAttributes.phase} = ${quoted(phase)}`];
  const waiting = attention ? [`${searchAttributes.attention} IS NOT NULL`] : [];
  const seen = new Set<string>();
  for await (const info of runs(
    temporal,
    ['ExecutionStatus = "Running"', ...ofCloud, ...inPhase, ...waiting],
    MAX_CLUSTERS,
    filter,
  )) {
    seen.add(info.workflowId);
    yield toSummary(info);
  }
  if (phase !== undefined || attention) return;
  const ended = 'ExecutionStatus IN ("Terminated", "Failed", "TimedOut", "Canceled")';
  for await (const info of runs(temporal, [ended, ...ofCloud], MAX_LOST, filter)) {
    const { workflowId } = info;
    if (seen.has(workflowId)) continue;
    seen.add(workflowId);
    // A later run of this workflow may have taken the cluster over, or have deleted it.
    const latest = await temporal.call(
      'list clusters',
      () => unlessAbsent(() => temporal.client.workflow.getHandle(workflowId).describe()),
      { signal: filter.signal, workflowId },
    );
    const summary = toSummary(info);
    if (latest?.runId === info.runId && summary.id !== undefined) yield { ...summary, phase: LOST_PHASE };
  }
}

async function* runs(
  temporal: TemporalService,
  conditions: readonly string[],
  most: number,
  { signal }: ListFilter,
): AsyncGenerator<WorkflowExecutionInfo> {
  const query = ['WorkflowType = "cluster"', 'WorkflowId STARTS_WITH "cluster/"', ...conditions].join(' AND ');
  const pages = temporal.client.workflow.list({ query, pageSize: 500 })[Symbol.asyncIterator]();
  for (let count = 0; count < most; count++) {
    const next = await temporal.call('list clusters', () => pages.next(), { signal });
    if (next.done === true) return;
    yield next.value;
  }
}

function toSummary(info: WorkflowExecutionInfo): ClusterSummary {
  const attributes = info.typedSearchAttributes;
  const memo = clusterMemoSchema.parse(info.memo ?? {});
  const attention = attributes.get(keys.attention);
  return {
    name: attributes.get(keys.cluster) ?? info.workflowId.replace(/^cluster\//, ''),
    ...(memo.clusterId === undefined ? {} : { id: memo.clusterId }),
    cloud: attributes.get(keys.cloud) ?? '',
    phase: attributes.get(keys.phase) ?? '',
    ...(attention === 'Paused' || attention === 'Blocked' ? { attention } : {}),
    kubernetesVersion: attributes.get(keys.version) ?? '',
    createdAt: memo.createdAt ?? info.startTime.toISOString(),
  };
}

/** A string of a visibility query (docs.temporal.io/list-filter). */
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
