import type { Attention } from './attention.ts';
import type { ClusterSpec } from './cluster-spec.ts';
import type { OperationFailure } from './failures.ts';
import type { ClusterPhase } from './cluster-phase.ts';
import type { Observed } from './observed.ts';
import type { OperationOutcome } from './operation-messages.ts';
import type { OperationName } from './operations/index.ts';

/** An operation that runs or has ended. */
export interface StartedOperation {
  readonly operation: OperationName;
  /** Workflow id of the run that does the work, a child of the cluster's workflow. */
  readonly workflowId: string;
  /** Workflow id of the run that asked for it. */
  readonly requestedBy: string;
  readonly startedAt: string;
}

/** An operation that runs now. */
export interface RunningOperation extends StartedOperation {
  /** It waits for a person; absent while it works. */
  readonly attention?: Attention;
}

/** An operation that has ended. */
export interface EndedOperation extends StartedOperation {
  readonly endedAt: string;
  readonly outcome: OperationOutcome;
  readonly failure?: OperationFailure | undefined;
}

/**
 * Answer of the query `describe` of a cluster's workflow: all there is to know of a cluster but its nodes. A few KiB at
 * most.
 */
export interface ClusterDescription {
  readonly name: string;
  readonly id: string;
  readonly cloud: string;
  readonly phase: ClusterPhase;
  /** As it is wanted. */
  readonly spec: ClusterSpec;
  /** As the last operations have seen it. */
  readonly observed?: Observed;
  readonly createdAt: string;
  readonly apiEndpoint?: string;
  readonly kubeconfigPath?: string;
  readonly running?: RunningOperation;
  readonly queued: readonly { readonly operation: OperationName; readonly requestedBy: string }[];
  readonly last?: EndedOperation;
  /** The last twenty that have ended, the latest last. */
  readonly history: readonly EndedOperation[];
}

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
  /** Signal of an operation to its cluster's workflow: {@link AttentionChange}. */
  attention: 'attention',
  /** Signal to a caller: the operation it asked for ended. */
  operationEnded: 'operationEnded',
} as const;

/** Task queue of Slipway's workflows and activities, unless configured otherwise. */
export const TASK_QUEUE = 'slipway';
