import { WorkflowNotFoundError } from '@temporalio/common';
import {
  type ClusterDescription,
  clusterWorkflowId,
  FailureType,
  messages,
  type OperationProgress,
} from '../model/index.ts';
import { clusterMemoSchema } from './cluster-memo.ts';
import { mergeDetails, readActivityDetails } from './live-progress.ts';
import { SlipwayError } from './slipway-error.ts';
import type { CallOptions, TemporalService } from './temporal-service.ts';

/** Reads clusters: by the queries of their workflows, and by what the server itself knows of them. */
export class ClusterReader {
  readonly #temporal: TemporalService;

  constructor(temporal: TemporalService) {
    this.#temporal = temporal;
  }

  /** The description of a cluster's workflow, also after the cluster was deleted; undefined when there never was one. */
  async find(name: string, options: CallOptions = {}): Promise<ClusterDescription | undefined> {
    const workflowId = clusterWorkflowId(name);
    const handle = this.#temporal.client.workflow.getHandle(workflowId);
    return this.#temporal.query(
      `describe cluster ${name}`,
      async () => {
        try {
          return await handle.query<ClusterDescription>(messages.describe);
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        }
      },
      { ...options, workflowId },
    );
  }

  /** @throws SlipwayError `Slipway.ClusterNotFound` when there is no such cluster, or no longer */
  async get(name: string, options: CallOptions = {}): Promise<ClusterDescription> {
    const description = await this.find(name, options);
    if (description === undefined) {
      throw new SlipwayError(
        FailureType.ClusterNotFound,
        `There is no cluster "${name}". "slipway list" shows what there is`,
      );
    }
    if (description.phase !== 'Deleted') return description;
    const when = description.last?.endedAt === undefined ? '' : ` at ${description.last.endedAt}`;
    throw new SlipwayError(FailureType.ClusterNotFound, `The cluster "${name}" was deleted${when}`);
  }

  /**
   * The id of a cluster, as the server itself knows it: this needs no worker, so it works also while the workers are busy or gone.
   *
   * @throws SlipwayError `Slipway.ClusterNotFound`
   */
  async clusterId(name: string, options: CallOptions = {}): Promise<string> {
    const workflowId = clusterWorkflowId(name);
    const known = await this.#temporal.call(
      `find cluster ${name}`,
      async () => {
        try {
          const { status, memo } = await this.#temporal.client.workflow.getHandle(workflowId).describe();
          return status.name === 'RUNNING' ? clusterMemoSchema.parse(memo ?? {}).clusterId : undefined;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        }
      },
      { ...options, workflowId },
    );
    return known ?? (await this.get(name, options)).id;
  }

  /** The steps of an operation, with the live details of what runs when it does. */
  async progress(workflowId: string, running: boolean, options: CallOptions = {}): Promise<OperationProgress> {
    const handle = this.#temporal.client.workflow.getHandle(workflowId);
    const call = { ...options, workflowId };
    const progress = this.#temporal.query(
      `read the progress of ${workflowId}`,
      () => handle.query<OperationProgress>(messages.progress),
      call,
    );
    if (!running) return progress;
    const [steps, details] = await Promise.all([progress, readActivityDetails(this.#temporal, workflowId, call)]);
    return mergeDetails(steps, details);
  }
}
