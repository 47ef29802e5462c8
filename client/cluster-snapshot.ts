import type { EndedOperation, OperationProgress, RunningOperation } from '../model/index.ts';
import type { FoundCluster } from './cluster-reader.ts';

/** A cluster at one moment, and the operation that is followed. */
export interface ClusterSnapshot {
  readonly description: FoundCluster;
  /** The operation that runs, or the one that was followed and ended. */
  readonly operation?: RunningOperation | EndedOperation;
  /**
   * Its steps; live details of running activities are merged in. Absent when it has none yet, or ended before it had
   * any.
   */
  readonly progress?: OperationProgress;
  /** The operation, else the cluster, in Temporal's UI; absent when the UI's address is not known. */
  readonly uiUrl?: string;
  /** Why this is the last known state and not today's: no worker answers, Temporal is unreachable. */
  readonly problem?: string;
}
