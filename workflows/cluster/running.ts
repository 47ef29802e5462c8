import { type CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { Attention, RunningOperation, StartedOperation } from '../../model/index.ts';
import type { RunningEntry } from './decide.ts';
import type { Handed } from './handed.ts';

/** The operation that runs on a cluster. */
export interface Running {
  /** With the input that holds all wishes, and with everybody who asked. */
  readonly entry: RunningEntry;
  readonly workflowId: string;
  readonly startedAt: string;
  readonly scope: CancellationScope;
  readonly attention?: Attention;
  /** Whether its workflow was started. */
  readonly isAtWork: boolean;
  /** What it was handed since then. */
  readonly handed: readonly Handed[];
}

/** As it is described to others. */
export const runningOperation = (running: Running): RunningOperation => ({
  ...startedOperation(running),
  ...(running.attention === undefined ? {} : { attention: running.attention }),
});

/** The same without what changes while it runs. */
export function startedOperation({ entry, workflowId, startedAt }: Running): StartedOperation {
  const requestedBy = entry.callers[0]?.workflowId ?? workflowInfo().workflowId;
  return { operation: entry.operation, workflowId, requestedBy, startedAt };
}
