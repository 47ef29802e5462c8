import { clusterWorkflowId, operationNames } from '../model/index.ts';
import { unlessAbsent } from './absent-workflow.ts';
import type { CallOptions, TemporalService } from './temporal-service.ts';

/** How many history events a cluster cost so far. */
export interface HistoryEvents {
  /** Events of all runs together. */
  readonly total: number;
  /** Events of the longest run. */
  readonly largest: number;
  readonly runs: readonly RunHistory[];
}

export interface RunHistory {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly events: number;
}

export interface HistoryEventsOptions extends CallOptions {
  /** Requests with workflow ids of their own, which were not made by this client. */
  readonly workflowIds?: readonly string[] | undefined;
}

/** A cluster has a few runs per operation; more than this are not counted. */
const MAX_RUNS = 2_000;

/**
 * Counts the history events of a cluster: of every run of its workflow, of the operations that are its children, and of
 * the requests for them. Runs that ended are found by visibility, which may be a second behind.
 */
export async function countHistoryEvents(
  temporal: TemporalService,
  name: string,
  options: HistoryEventsOptions = {},
): Promise<HistoryEvents> {
  const { client } = temporal;
  const own = clusterWorkflowId(name);
  const query = [
    `WorkflowId = "${own}"`,
    ...[`${own}/`, ...operationNames().map((operation) => `${operation}/${name}/`)].map(
      (prefix) => `WorkflowId STARTS_WITH "${prefix}"`,
    ),
    ...(options.workflowIds ?? []).map((id) => `WorkflowId = "${id}"`),
  ].join(' OR ');
  const executions = new Map<string, { workflowId: string; runId: string }>();
  const pages = client.workflow.list({ query, pageSize: 200 })[Symbol.asyncIterator]();
  while (executions.size < MAX_RUNS) {
    const next = await temporal.call(`list the runs of cluster ${name}`, () => pages.next(), options);
    if (next.done === true) break;
    executions.set(next.value.runId, { workflowId: next.value.workflowId, runId: next.value.runId });
  }
  const runs: RunHistory[] = [];
  for (const execution of executions.values()) {
    const run = await describeRun(temporal, execution, options);
    if (run !== undefined) runs.push(run);
  }
  return {
    total: runs.reduce((sum, { events }) => sum + events, 0),
    largest: runs.reduce((most, { events }) => Math.max(most, events), 0),
    runs,
  };
}

/** Visibility knows the length of closed runs only, so each run is described. */
async function describeRun(
  temporal: TemporalService,
  { workflowId, runId }: { workflowId: string; runId: string },
  options: CallOptions,
): Promise<RunHistory | undefined> {
  const found = await temporal.call(
    `describe workflow ${workflowId}`,
    () => unlessAbsent(() => temporal.client.workflow.getHandle(workflowId, runId).describe()),
    options,
  );
  return found === undefined ? undefined : { workflowId, runId, type: found.type, events: found.historyLength };
}
