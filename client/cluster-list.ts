import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { type ClusterPhase, searchAttributes } from '../model/index.ts';
import { clusterMemoSchema } from './cluster-memo.ts';
import type { TemporalService } from './temporal-service.ts';

/** Which clusters to list; all of them when empty. */
export interface ListFilter {
  readonly cloud?: string | undefined;
  readonly phase?: ClusterPhase | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A cluster as Temporal's visibility knows it: no worker is asked. */
export interface ClusterSummary {
  readonly name: string;
  /** Absent until the cluster's workflow said so. */
  readonly id?: string;
  readonly cloud: string;
  readonly phase: string;
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
};

/** Lists clusters page by page, newest first as visibility gives them. */
export async function* listClusters(temporal: TemporalService, filter: ListFilter): AsyncGenerator<ClusterSummary> {
  const query = [
    'WorkflowType = "cluster"',
    'ExecutionStatus = "Running"',
    ...(filter.cloud === undefined ? [] : [`${searchAttributes.cloud} = ${quoted(filter.cloud)}`]),
    ...(filter.phase === undefined ? [] : [`${searchAttributes.phase} = ${quoted(filter.phase)}`]),
  ].join(' AND ');
  const pages = temporal.client.workflow.list({ query, pageSize: 500 })[Symbol.asyncIterator]();
  for (let count = 0; count < MAX_CLUSTERS; count++) {
    const next = await temporal.call('list clusters', () => pages.next(), { signal: filter.signal });
    if (next.done === true) return;
    yield toSummary(next.value);
  }
}

function toSummary(info: WorkflowExecutionInfo): ClusterSummary {
  const attributes = info.typedSearchAttributes;
  const memo = clusterMemoSchema.parse(info.memo ?? {});
  return {
    name: attributes.get(keys.cluster) ?? info.workflowId.replace(/^cluster\//, ''),
    ...(memo.clusterId === undefined ? {} : { id: memo.clusterId }),
    cloud: attributes.get(keys.cloud) ?? '',
    phase: attributes.get(keys.phase) ?? '',
    kubernetesVersion: attributes.get(keys.version) ?? '',
    createdAt: memo.createdAt ?? info.startTime.toISOString(),
  };
}

/** A string of a visibility query (docs.temporal.io/list-filter). */
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
