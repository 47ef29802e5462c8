import { createHash } from 'node:crypto';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/activity';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import {
  clusterId,
  type ClusterRecord,
  type ClusterSpec,
  clusterWorkflowId,
  FailureType,
  messages,
  newRecord,
  type OperationAdmission,
  type OperationRequest,
  searchAttributes,
} from '../../model/index.ts';
import { notYet } from '../lib/failures.ts';
import type { Clouds } from '../openstack/clouds.ts';

/**
 * Hands a caller's request to the cluster's workflow and returns as soon as it is admitted; the end is signalled to the caller. A creation starts
 * the cluster's workflow with the same call, so there is no moment in which the one is there without the other.
 *
 * The request's id is the update's id, and the cluster's id comes of it: however often this is tried, and whatever is reset meanwhile, it is one
 * request for one cluster.
 */
export const requestOperation =
  ({ clouds, temporal, taskQueue }: { clouds: Clouds; temporal: Client; taskQueue: string }) =>
  async (request: OperationRequest): Promise<OperationAdmission> => {
    const workflowId = clusterWorkflowId(request.input.name);
    const update = { args: [request] as [OperationRequest], updateId: request.requestId };
    try {
      if (request.operation !== 'createCluster') {
        return await temporal.workflow
          .getHandle(workflowId)
          .executeUpdate<OperationAdmission, [OperationRequest]>(messages.run, update);
      }
      const spec = request.input as ClusterSpec;
      // Before anything is started: an unknown cloud leaves no cluster behind.
      await clouds.get(spec.cloud);
      return await temporal.workflow.executeUpdateWithStart<
        (record: ClusterRecord) => Promise<unknown>,
        OperationAdmission,
        [OperationRequest]
      >(messages.run, {
        ...update,
        startWorkflowOperation: startCluster(newCluster(spec, request.requestId), taskQueue),
      });
    } catch (error) {
      throw refused(error, request);
    }
  };

function newCluster(spec: ClusterSpec, requestId: string): ClusterRecord {
  const digest = createHash('sha256').update(requestId).digest('hex');
  return newRecord(clusterId(spec.name, digest), spec, new Date().toISOString());
}

function startCluster(record: ClusterRecord, taskQueue: string) {
  const { id, spec, createdAt } = record;
  const keyword = (name: string, value: string) => ({
    key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
    value,
  });
  return new WithStartWorkflowOperation<(record: ClusterRecord) => Promise<unknown>>('cluster', {
    workflowId: clusterWorkflowId(spec.name),
    taskQueue,
    args: [record],
    memo: { clusterId: id, createdAt },
    workflowIdConflictPolicy: 'USE_EXISTING',
    typedSearchAttributes: new TypedSearchAttributes([
      keyword(searchAttributes.cluster, spec.name),
      keyword(searchAttributes.cloud, spec.cloud),
      keyword(searchAttributes.phase, record.phase),
      keyword(searchAttributes.version, spec.kubernetes.version),
    ]),
    staticSummary: `Cluster ${spec.name} on ${spec.cloud}`,
  });
}

/** A refusal is final; that Temporal could not be reached is not. */
function refused(error: unknown, { operation, input }: OperationRequest): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message, details } = error.cause;
    // The workflow of a cluster that was deleted lives a moment longer; then its name is free.
    if (operation === 'createCluster' && type === FailureType.ClusterNotFound) return notYet(type, message);
    return ApplicationFailure.create({
      type: type ?? FailureType.NotAdmitted,
      message,
      nonRetryable: true,
      details: details ?? [],
    });
  }
  if (error instanceof WorkflowNotFoundError) {
    return ApplicationFailure.nonRetryable(`there is no cluster ${input.name}`, FailureType.ClusterNotFound);
  }
  return error;
}
