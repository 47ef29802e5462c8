import type { WorkflowExecutionStatusName } from '@temporalio/client';

/** How a cluster's workflow ended, which ends only with its cluster otherwise. The cluster is still there. */
export interface LostWorkflow {
  readonly status: 'terminated' | 'failed' | 'timed out' | 'cancelled';
  /** When, ISO 8601. */
  readonly at: string;
}

const words: Partial<Record<WorkflowExecutionStatusName, LostWorkflow['status']>> = {
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  CANCELLED: 'cancelled',
};

/** Shown in place of the phase of a cluster that has lost its workflow. */
export const LOST_PHASE = 'Lost';

/** Whether a workflow with this status has left its cluster behind. */
export function lostWorkflow(
  status: WorkflowExecutionStatusName,
  closeTime: Date | undefined,
): LostWorkflow | undefined {
  const word = words[status];
  return word === undefined ? undefined : { status: word, at: (closeTime ?? new Date(0)).toISOString() };
}
