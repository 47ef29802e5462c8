import { z } from 'zod';
import { attentionSchema } from './attention.ts';
import { clusterPhases } from './cluster-phase.ts';
import { clusterSpecSchema } from './cluster-spec.ts';
import { isFields } from './fields.ts';
import type { OperationFailure } from './failures.ts';
import { observedSchema } from './observed.ts';
import { operationNames } from './operations/index.ts';

const text = z.string().min(1);

const operationSchema = z.enum(operationNames());

const startedShape = {
  operation: operationSchema,
  workflowId: text.describe('Of the run that does the work, a child of the cluster’s workflow'),
  requestedBy: text.describe('Workflow id of the run that asked for it'),
  startedAt: z.iso.datetime(),
};

/** An operation that runs now. */
const runningOperationSchema = z.object({
  ...startedShape,
  attention: attentionSchema.optional().describe('It waits for a person; absent while it works'),
});
export type RunningOperation = Readonly<z.output<typeof runningOperationSchema>>;

/** How an operation ended. */
export const outcomeSchema = z.enum(['completed', 'failed', 'cancelled']);

/** An operation that has ended. */
export const endedOperationSchema = z.object({
  ...startedShape,
  endedAt: z.iso.datetime(),
  outcome: outcomeSchema,
  // Its details are of many kinds, and those who show one look at it again.
  failure: z.custom<OperationFailure>(isFields, 'must be an object').optional(),
});
export type EndedOperation = Readonly<z.output<typeof endedOperationSchema>>;

/** An operation that runs or has ended. */
export type StartedOperation = Pick<RunningOperation, keyof typeof startedShape>;

/**
 * Answer of the query `describe` of a cluster's workflow: all there is to know of a cluster but its nodes. A few KiB at
 * most.
 */
export const clusterDescriptionSchema = z.object({
  name: text,
  id: text,
  cloud: text,
  phase: z.enum(clusterPhases),
  spec: clusterSpecSchema.describe('As it is wanted'),
  observed: observedSchema.optional().describe('As the last operations have seen it'),
  createdAt: z.iso.datetime(),
  apiEndpoint: text.optional(),
  kubeconfigPath: text.optional(),
  running: runningOperationSchema.optional(),
  queued: z.array(z.object({ operation: operationSchema, requestedBy: text })),
  last: endedOperationSchema.optional(),
  history: z.array(endedOperationSchema).describe('The last twenty that have ended, the latest last'),
});
export type ClusterDescription = Readonly<z.output<typeof clusterDescriptionSchema>>;

/** Search attributes of a cluster's workflow, by which clusters are listed; all of type Keyword. */
export const searchAttributes = {
  cluster: 'SlipwayCluster',
  cloud: 'SlipwayCloud',
  phase: 'SlipwayPhase',
  version: 'SlipwayKubernetesVersion',
  /** An AttentionKind while an operation waits for a person; absent else. */
  attention: 'SlipwayAttention',
} as const;

/** Names of the messages between the workflows and their callers. */
export const messages = {
  /** Update of a cluster's workflow: asks it to run an operation. */
  run: 'run',
  /** Query of a cluster's workflow: {@link ClusterDescription}. */
  describe: 'describe',
  /** Query of an operation that does the work: OperationProgress. */
  progress: 'progress',
  /** Signal to a cluster's workflow: stop the operation that this caller asked for. */
  cancelOperation: 'cancelOperation',
  /** Signals to an operation that is declared pausable: wait at the next safe point; go on; end there, as cancelled. */
  pause: 'pause',
  resume: 'resume',
  abort: 'abort',
  /** Signal of a cluster's workflow to the operation that runs: it takes over a {@link HandedWish}. */
  handOver: 'handOver',
  /** Signal of an operation to its cluster's workflow: {@link AttentionChange}. */
  attention: 'attention',
  /** Signal to a caller: the operation it asked for ended. */
  operationEnded: 'operationEnded',
} as const;

/** Task queue of Slipway's workflows and activities, unless configured otherwise. */
export const TASK_QUEUE = 'slipway';
