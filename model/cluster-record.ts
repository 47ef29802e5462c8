import { z } from 'zod';
import { clusterSpecSchema, type ClusterSpec } from './cluster-spec.ts';
import { clusterPhases } from './cluster-state.ts';
import type { OperationFailure } from './failures.ts';
import { CLUSTER_ID, clusterNameOf } from './names.ts';
import {
  endsCluster,
  type OperationName,
  type OperationRequest,
  operations,
  type OperationResults,
} from './operations.ts';

const text = z.string().min(1);
const operationName = z.enum(Object.keys(operations) as [OperationName, ...OperationName[]]);
const outcome = z.enum(['completed', 'failed', 'cancelled']);
// Written by this code base, from values of these types.
const failure = z.custom<OperationFailure>(isObject, 'must be an object');
const result = z.custom<OperationResults[OperationName]>(isObject, 'must be an object');

/** The longest list of requests that one operation answers, and of operations that wait. */
const MANY = 1_000;

const callerSchema = z.strictObject({ workflowId: text, requestId: text });

/** An operation that waits for its turn, and everybody who asked for it. */
const queuedSchema = z.strictObject({
  operation: operationName,
  input: z.custom<OperationRequest['input']>(isObject, 'must be an object'),
  callers: z.array(callerSchema).max(MANY),
});

/**
 * All that a cluster's workflow knows: its input, at its start and when it continues as new. Plain JSON, a few KiB, no per-node lists.
 */
export const clusterRecordSchema = z
  .strictObject({
    id: z.string().regex(CLUSTER_ID, 'is not the id of a cluster'),
    spec: clusterSpecSchema,
    createdAt: z.iso.datetime(),
    adoptedAt: z.iso.datetime().optional().describe('When the workflow was made anew from what is kept'),
    createdBy: text.optional().describe('Workflow id of the run that asked for the cluster'),
    created: z
      .strictObject({
        name: text,
        id: text,
        apiEndpoint: text,
        kubeconfigPath: text,
        kubernetesVersion: text,
        controlPlanes: z.int(),
        nodes: z.int(),
        secondsToReady: z.number(),
      })
      .optional()
      .describe('Result of the creation; the same request again has the same'),
    phase: z.enum(clusterPhases),
    operations: z.int().min(0).describe('How many operations were started'),
    last: z
      .strictObject({
        operation: operationName,
        workflowId: text,
        requestedBy: text,
        startedAt: z.iso.datetime(),
        endedAt: z.iso.datetime(),
        outcome,
        failure: failure.optional(),
      })
      .optional(),
    answer: z
      .strictObject({
        requestIds: z.array(text).max(MANY),
        outcome,
        result: result.optional(),
        failure: failure.optional(),
      })
      .optional()
      .describe('How the last operation ended, for those who ask again'),
    queue: z.array(queuedSchema).max(MANY),
  })
  .refine(({ id, spec }) => clusterNameOf(id) === spec.name, { path: ['id'], message: 'is not one of this name' });

export type ClusterRecord = Readonly<z.output<typeof clusterRecordSchema>>;
/** Somebody who asked for an operation and is told when it ended. */
export type Caller = Readonly<z.output<typeof callerSchema>>;
export type QueuedOperation = Readonly<z.output<typeof queuedSchema>>;

/** The secret at `vaultPaths(id).specification`: what brings a cluster's workflow back when Temporal has lost it. */
export const keptClusterSchema = z.looseObject({ record: clusterRecordSchema });

/** Of a record, what is kept outside of Temporal: not who waits for what. */
export function toKeep(record: ClusterRecord): ClusterRecord {
  const kept = { ...record, queue: [] };
  delete kept.answer;
  return kept;
}

const runningPhases: readonly string[] = Object.values(operations).map(({ phases }) => phases.running);

/**
 * Whether what is kept knows of more than this record, whose next operation is about to start: then the workflow was reset to an earlier
 * state.
 */
export function isAhead(kept: ClusterRecord, record: ClusterRecord): boolean {
  const done = !runningPhases.includes(kept.phase) && kept.last?.outcome === 'completed';
  return kept.operations > record.operations || (kept.operations === record.operations && done);
}

/** What is kept of a cluster that has lost its workflow, as the record of a new one. What ran when it was lost has failed. */
export function adopt(kept: ClusterRecord, adoptedAt: string): ClusterRecord {
  const cut = Object.values(operations).find(({ phases }) => phases.running === kept.phase);
  return { ...toKeep(kept), adoptedAt, phase: cut?.phases.failed ?? kept.phase };
}

/** The record of a cluster that was only asked for. */
export const newRecord = (id: string, spec: ClusterSpec, createdAt: string): ClusterRecord => ({
  ...{ id, spec, createdAt },
  phase: 'Creating',
  operations: 0,
  queue: [],
});

/** Whether a request asks for what waits or runs already: the same request, one more of the same caller, or one more deletion. */
export function sameRequest({ operation, callers }: QueuedOperation, request: OperationRequest): boolean {
  if (operation !== request.operation) return false;
  const known = callers.some(
    ({ workflowId, requestId }) => workflowId === request.requestedBy || requestId === request.requestId,
  );
  return known || endsCluster(operation);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
