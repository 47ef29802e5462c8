import { QueryNotRegisteredError } from '@temporalio/client';
import {
  type ClusterDescription,
  clusterDescriptionSchema,
  clusterWorkflowId,
  FailureType,
  messages,
  type OperationProgress,
  operationProgressSchema,
  type RunningOperation,
} from '../model/index.ts';
import { unlessAbsent } from './absent-workflow.ts';
import { clusterMemoSchema } from './cluster-memo.ts';
import { grpcStatus } from './failure-mapping.ts';
import { mergeDetails, readActivityDetails, withChildren } from './live-progress.ts';
import { type LostWorkflow, lostWorkflow } from './lost-workflow.ts';
import { parseAnswer } from './parse-answer.ts';
import { SlipwayError } from './slipway-error.ts';
import type { CallOptions, TemporalService } from './temporal-service.ts';

/** A cluster as its workflow told it last. */
export type FoundCluster = ClusterDescription & { readonly lost?: LostWorkflow };

/** Workflows that work for a step of one that works for a step: none has more below it. */
const MOST_DEEP = 3;

/** Reads clusters: by the queries of their workflows, and by what the server itself knows of them. */
export class ClusterReader {
  readonly #temporal: TemporalService;

  constructor(temporal: TemporalService) {
    this.#temporal = temporal;
  }

  /**
   * The description of a cluster's workflow, also after the cluster was deleted or its workflow was lost; undefined
   * when there never was one.
   */
  async find(name: string, options: CallOptions = {}): Promise<FoundCluster | undefined> {
    const workflowId = clusterWorkflowId(name);
    const handle = this.#temporal.client.workflow.getHandle(workflowId);
    const what = `describe cluster ${name}`;
    const { told, info } = await this.#temporal.query(
      what,
      // One after the other: what is still under way when the other has failed would outlive the connection.
      async () => ({
        told: await unlessAbsent(() => this.#ask(workflowId)),
        info: await unlessAbsent(() => handle.describe()),
      }),
      { ...options, workflowId },
    );
    const lost = info === undefined ? undefined : lostWorkflow(info.status.name, info.closeTime);
    if (told === undefined) return undefined;
    const description = parseAnswer(clusterDescriptionSchema, told, what);
    if (lost === undefined) return description;
    // What is said to run or to wait has nobody any more who would tell its end.
    const last = { ...description, queued: [], lost };
    delete last.running;
    return last;
  }

  /**
   * What the workflow tells of its cluster; the run before its last one, where that ended before a worker had taken it
   * up.
   */
  async #ask(workflowId: string): Promise<unknown> {
    const { workflow } = this.#temporal.client;
    const ask = (runId?: string) =>
      workflow.getHandle(workflowId, runId).query<unknown>(messages.describe).catch(unlessUnanswerable);
    try {
      return await ask();
    } catch (error) {
      if (!endedUntouched(error)) throw error;
      const { events } = await workflow.getHandle(workflowId).fetchHistory();
      const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
      return before ? await ask(before) : undefined;
    }
  }

  /** @throws SlipwayError `Slipway.ClusterNotFound` when there is no such cluster, or no longer */
  async get(name: string, options: CallOptions = {}): Promise<FoundCluster> {
    const description = await this.find(name, options);
    if (description === undefined) {
      throw new SlipwayError(
        FailureType.ClusterNotFound,
        `There is no cluster "${name}". "slipway list" shows what there is, "slipway orphans" what has lost its workflow`,
      );
    }
    if (description.phase !== 'Deleted') return description;
    const when = description.last?.endedAt === undefined ? '' : ` at ${description.last.endedAt}`;
    throw new SlipwayError(FailureType.ClusterNotFound, `The cluster "${name}" was deleted${when}`);
  }

  /**
   * The id of a cluster, as the server itself knows it: this needs no worker, so it works also while the workers are
   * busy or gone.
   *
   * @throws SlipwayError `Slipway.ClusterNotFound`
   */
  async clusterId(name: string, options: CallOptions = {}): Promise<string> {
    const workflowId = clusterWorkflowId(name);
    const known = await this.#temporal.call(
      `find cluster ${name}`,
      async () => {
        const found = await unlessAbsent(() => this.#temporal.client.workflow.getHandle(workflowId).describe());
        return found?.status.name === 'RUNNING' ? clusterMemoSchema.parse(found.memo ?? {}).clusterId : undefined;
      },
      { ...options, workflowId },
    );
    return known ?? (await this.get(name, options)).id;
  }

  /**
   * The steps of an operation that a cluster named, with the live details of what runs when it does, and those of the
   * workflows that work for its steps. Undefined when it has none to show: the cluster says that an operation runs a
   * moment before its workflow is there, and one may end before it has steps, or be removed.
   */
  async progress(
    { workflowId }: Pick<RunningOperation, 'workflowId'>,
    running: boolean,
    options: CallOptions = {},
    depth = 0,
  ): Promise<OperationProgress | undefined> {
    const handle = this.#temporal.client.workflow.getHandle(workflowId);
    const call = { ...options, workflowId };
    const what = `read the progress of ${workflowId}`;
    const [told, details] = await Promise.all([
      this.#temporal.query(
        what,
        () => unlessAbsent(() => handle.query<unknown>(messages.progress).catch(unlessUnanswerable)),
        call,
      ),
      running ? readActivityDetails(this.#temporal, workflowId, call) : [],
    ]);
    if (told === undefined) return undefined;
    const own = mergeDetails(parseAnswer(operationProgressSchema, told, what), details);
    if (depth === MOST_DEEP) return own;
    const children = new Map<string, OperationProgress>();
    for (const { id, child } of own.steps) {
      const below = child && (await this.progress(child, running, options, depth + 1));
      if (below !== undefined) children.set(id, below);
    }
    return withChildren(own, children);
  }
}

/** A workflow that refuses its input ends before it can be asked for anything. */
function unlessUnanswerable(error: unknown): undefined {
  if (error instanceof QueryNotRegisteredError) return undefined;
  throw error;
}

/**
 * A run that was terminated before its first task cannot be asked for anything: nobody has ever worked on it (temporal:
 * service/history/consts, ErrWorkflowClosedBeforeWorkflowTaskStarted).
 */
function endedUntouched(error: unknown): boolean {
  return grpcStatus(error)?.text.includes('closed before WorkflowTaskStarted') === true;
}
