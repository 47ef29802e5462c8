import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const { EventType, ResetReapplyExcludeType } = proto.temporal.api.enums.v1;
const { ResetWorkflowExecutionRequest } = proto.temporal.api.workflowservice.v1;

/** A run, and optionally a point in it. */
export interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

/** What of the signals and Updates after the point of a reset comes with it: Temporal's default is everything. */
export const reapplied = ['everything', 'nothing'] as const;
export type Reapplied = (typeof reapplied)[number];

/** The ends of all workflow tasks of a run, to each of which it can be reset. */
export async function resetPoints(client: Client, { workflowId, runId }: Run): Promise<number[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? []).flatMap(({ eventType, eventId }) =>
    eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED ? [Number(eventId)] : [],
  );
}

/**
 * Resets a run to before the end of a workflow task, as the UI and `temporal workflow reset` do. Returns the new run.
 */
export async function resetRun(client: Client, run: Run, point: number, kept: Reapplied = 'everything'): Promise<Run> {
  const { RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL: signals, RESET_REAPPLY_EXCLUDE_TYPE_UPDATE: updates } =
    ResetReapplyExcludeType;
  const request = ResetWorkflowExecutionRequest.fromObject({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: run.workflowId, runId: run.runId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: point,
    resetReapplyExcludeTypes: kept === 'nothing' ? [signals, updates] : [],
  });
  const { runId } = await client.workflowService.resetWorkflowExecution(request);
  return { workflowId: run.workflowId, runId };
}

/** All runs of a workflow, oldest first. */
export async function runsOf(client: Client, workflowId: string): Promise<Run[]> {
  const runs: (Run & { readonly startTime: Date })[] = [];
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` }))
    runs.push({ workflowId, runId, startTime });
  return runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
}
