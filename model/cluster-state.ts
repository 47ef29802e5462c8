import type { ClusterSpec } from './cluster-spec.ts';
import type { OperationFailure } from './failures.ts';
import type { OperationName, OperationOutcome } from './operations.ts';

/** Where a cluster is in its life. A failed creation can be resumed (`createCluster` again) or deleted. */
export const clusterPhases = ['Creating', 'Ready', 'CreateFailed', 'Deleting', 'DeleteFailed', 'Deleted'] as const;
export type ClusterPhase = (typeof clusterPhases)[number];

/** An operation that runs now. */
export interface RunningOperation {
  readonly operation: OperationName;
  /** Workflow id of the run that does the work, a child of the cluster's workflow. */
  readonly workflowId: string;
  /** Workflow id of the run that asked for it. */
  readonly requestedBy: string;
  readonly startedAt: string;
}

/** The last operation that ended. */
export interface EndedOperation extends RunningOperation {
  readonly endedAt: string;
  readonly outcome: OperationOutcome;
  readonly failure?: OperationFailure | undefined;
}

/** Answer of the query `describe` of a cluster's workflow: all there is to know of a cluster but its nodes. A few KiB at most. */
export interface ClusterDescription {
  readonly name: string;
  readonly id: string;
  readonly cloud: string;
  readonly phase: ClusterPhase;
  readonly spec: ClusterSpec;
  readonly createdAt: string;
  readonly apiEndpoint?: string;
  readonly kubeconfigPath?: string;
  readonly running?: RunningOperation;
  readonly queued: readonly { readonly operation: OperationName; readonly requestedBy: string }[];
  readonly last?: EndedOperation;
}

/** Search attributes of a cluster's workflow, by which clusters are listed; all of type Keyword. */
export const searchAttributes = {
  cluster: 'SlipwayCluster',
  cloud: 'SlipwayCloud',
  phase: 'SlipwayPhase',
  version: 'SlipwayKubernetesVersion',
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
  /** Signal to a caller: the operation it asked for ended. */
  operationEnded: 'operationEnded',
} as const;

/** Task queue of Slipway's workflows and activities, unless configured otherwise. */
export const TASK_QUEUE = 'slipway';
