import { createHash } from 'node:crypto';
import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import {
  adopt,
  canonicalJson,
  clusterId,
  type ClusterRecord,
  type ClusterSpec,
  clusterWorkflowId,
  endsCluster,
  FailureType,
  makesCluster,
  messages,
  newRecord,
  type OperationAdmission,
  type OperationRequest,
  orphanWorkflowId,
} from '../../model/index.ts';
import { notYet } from '../lib/failures.ts';
import { keptIds, readKept } from './kept-clusters.ts';
import { findRunning, findWorkflowOf, startWithRequest } from './cluster-workflows.ts';
import { findLost, type LostClusterSources } from './lost-clusters.ts';

export interface RequestOperationDeps extends LostClusterSources {
  readonly temporal: Client;
  readonly taskQueue: string;
}

/** The workflow that a request goes to, and its record when it has to be started for it. */
interface Target {
  readonly workflowId: string;
  readonly record?: ClusterRecord;
}

/**
 * Hands a caller's request to the cluster's workflow and returns as soon as it is admitted; the end is signalled to the
 * caller. A creation starts the cluster's workflow with the same call, and so does the deletion of a cluster that has
 * lost its own: there is no moment in which the one is there without the other.
 *
 * The request's id is the update's id, and the cluster's id comes of it: however often this is tried, and whatever is
 * reset meanwhile, it is one request for one cluster.
 *
 * `asked` is the input as it was written, where the operation makes a cluster.
 */
export const requestOperation =
  (deps: RequestOperationDeps) =>
  async ({ asked, ...plain }: OperationRequest & { readonly asked?: unknown }): Promise<OperationAdmission> => {
    const { workflow } = deps.temporal;
    const request = asked === undefined ? plain : { ...plain, digest: sha256(canonicalJson(asked)) };
    try {
      const { workflowId, record } = await findTarget(deps, request);
      const update = { args: [request] as [OperationRequest], updateId: request.requestId };
      if (record === undefined) {
        return await workflow
          .getHandle(workflowId)
          .executeUpdate<OperationAdmission, [OperationRequest]>(messages.run, update);
      }
      return await workflow.executeUpdateWithStart<
        (record: ClusterRecord) => Promise<unknown>,
        OperationAdmission,
        [OperationRequest]
      >(messages.run, { ...update, startWorkflowOperation: startWithRequest(record, workflowId, deps.taskQueue) });
    } catch (error) {
      throw refused(error, request);
    }
  };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function findTarget(deps: RequestOperationDeps, request: OperationRequest): Promise<Target> | Target {
  const { operation, input } = request;
  // The input of what makes a cluster is its specification.
  if (makesCluster(operation)) return targetOfCreation(deps, input as ClusterSpec, request);
  // What ends a cluster needs no workflow that is there already.
  if (endsCluster(operation) && 'abandon' in input) return targetOfEnd(deps, input);
  return { workflowId: clusterWorkflowId(input.name) };
}

async function targetOfCreation(
  deps: RequestOperationDeps,
  spec: ClusterSpec,
  { requestId, digest }: OperationRequest,
): Promise<Target> {
  // Before anything is started: an unknown cloud leaves no cluster behind.
  await deps.clouds.get(spec.cloud);
  const id = clusterId(spec.name, sha256(requestId));
  const workflowId = clusterWorkflowId(spec.name);
  const now = new Date().toISOString();
  const record = newRecord(id, spec, now, digest);
  if ((await findRunning(deps.temporal, workflowId)) !== undefined) return { workflowId, record };
  const signal = cancellationSignal();
  const [lost, ...more] = await keptIds(deps.vault, signal, spec.name);
  if (lost === undefined) return { workflowId, record };
  if (lost !== id || more.length > 0) throw nameOfLost(spec.name, [lost, ...more]);
  // This very request made it.
  const kept = await readKept(deps.vault, signal, id);
  return { workflowId, record: kept === undefined ? record : adopt(kept, now) };
}

async function targetOfEnd(
  deps: RequestOperationDeps,
  {
    name,
    id: wanted,
    cloud,
  }: { readonly name: string; readonly id?: string | undefined; readonly cloud?: string | undefined },
): Promise<Target> {
  const named = await findRunning(deps.temporal, clusterWorkflowId(name));
  if (named !== undefined && (wanted === undefined || named.clusterId === wanted))
    return { workflowId: named.workflowId };
  const id = wanted ?? (await onlyLost(deps, name));
  const running = await findWorkflowOf(deps.temporal, id, name);
  if (running !== undefined) return { workflowId: running.workflowId };
  const record = await findLost(deps, id, cloud);
  if (record === undefined) throw noCluster(wanted === undefined ? name : id);
  return { workflowId: named === undefined ? clusterWorkflowId(name) : orphanWorkflowId(id), record };
}

async function onlyLost({ vault }: RequestOperationDeps, name: string): Promise<string> {
  const [id, ...more] = await keptIds(vault, cancellationSignal(), name);
  if (id === undefined) throw noCluster(name);
  if (more.length === 0) return id;
  const message = `clusters ${[id, ...more].join(', ')} have lost their workflows: say which one by its id`;
  throw ApplicationFailure.nonRetryable(message, FailureType.ClusterLost);
}

function noCluster(what: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`there is no cluster ${what}`, FailureType.ClusterNotFound);
}

function nameOfLost(name: string, ids: readonly string[]): ApplicationFailure {
  const message =
    `the name ${name} is taken by cluster ${ids.join(', ')}, whose workflow is lost: make it anew (slipway adopt ${name}), ` +
    `delete it (slipway delete ${name} --id ${ids[0] ?? ''}), or choose another name`;
  return ApplicationFailure.nonRetryable(message, FailureType.NameTaken);
}

/** A refusal is final; that Temporal could not be reached is not. */
function refused(error: unknown, { operation, input }: OperationRequest): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message, details } = error.cause;
    // The workflow of a cluster that was deleted lives a moment longer; then its name is free.
    if (makesCluster(operation) && type === FailureType.ClusterNotFound) return notYet(type, message);
    return ApplicationFailure.create({
      type: type ?? FailureType.NotAdmitted,
      message,
      nonRetryable: true,
      details: details ?? [],
    });
  }
  if (error instanceof WorkflowNotFoundError) return noCluster(input.name);
  return error;
}
