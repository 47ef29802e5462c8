import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  upsertMemo,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  clusterId,
  type ClusterDescription,
  type ClusterPhase,
  type ClusterSpec,
  clusterWorkflowId,
  type CreateClusterResult,
  type EndedOperation,
  FailureType,
  messages,
  type OperationAdmission,
  type OperationEnded,
  type OperationName,
  type OperationRequest,
  type OperationResults,
  operations,
  searchAttributes,
} from '../model/index.ts';
import { describeFailure } from './lib/failures.ts';
import type { OperationContext } from './operation.ts';
import { clusterMarkdown } from './lib/cluster-markdown.ts';

/** How many operations may wait for their turn. */
const MAX_QUEUE = 10;

const PHASE = defineSearchAttributeKey(searchAttributes.phase, SearchAttributeType.KEYWORD);

const run = defineUpdate<OperationAdmission, [OperationRequest]>(messages.run);
const describe = defineQuery<ClusterDescription>(messages.describe);
const cancelOperation = defineSignal<[string]>(messages.cancelOperation);
const operationEnded = defineSignal<[OperationEnded]>(messages.operationEnded);

/** Somebody who asked for an operation and is told when it ended. */
interface Caller {
  readonly workflowId: string;
  readonly runId: string;
}

interface QueuedOperation {
  readonly operation: OperationName;
  readonly input: OperationRequest['input'];
  readonly callers: readonly Caller[];
}

/** All that a cluster's workflow knows; carried from run to run. Plain JSON, a few KiB, no per-node lists. */
interface ClusterRecord {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly createdAt: string;
  /** Workflow id of the run that asked for the cluster; the same request again has the same result. */
  readonly createdBy?: string;
  readonly created?: CreateClusterResult;
  readonly phase: ClusterPhase;
  /** How many operations were started: numbers their workflow ids. */
  readonly operations: number;
  readonly last?: EndedOperation;
  readonly queue: readonly QueuedOperation[];
}

/** The workflow of any operation, as the cluster starts it. */
type OperationWorkflow = (input: unknown, context: OperationContext) => Promise<OperationResults[OperationName]>;

/** Input of a cluster's workflow: the spec at first, its record when it continues as new. */
export interface ClusterStart {
  readonly spec: ClusterSpec;
  readonly record?: ClusterRecord;
}

/**
 * The cluster itself: lives from creation to deletion, holds its spec and state, and lets operations in one at a time. A deletion
 * is let in at any time: it cancels what runs.
 *
 * Cancelling this workflow does nothing; a cluster ends by `deleteCluster`.
 */
export async function cluster(start: ClusterStart): Promise<{ name: string; id: string }> {
  return CancellationScope.nonCancellable(() => new Cluster(start).live());
}

/**
 * A cluster waits for months between operations; pinned to the build of its last one, it would need that build's worker for ever. Its history
 * is short (a new run after every operation), and operations, which are pinned, hold the code that changes. A worker without versioning
 * belongs to no deployment, and must not name a behaviour.
 */
setWorkflowOptions(
  () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {}),
  cluster,
);

class Cluster {
  #record: ClusterRecord;
  #running: { entry: QueuedOperation; workflowId: string; startedAt: string; scope: CancellationScope } | undefined;

  constructor({ spec, record }: ClusterStart) {
    this.#record = record ?? {
      id: clusterId(spec.name, uuid4()),
      spec,
      createdAt: new Date().toISOString(),
      phase: 'Creating',
      operations: 0,
      queue: [],
    };
  }

  async live(): Promise<{ name: string; id: string }> {
    if (this.#record.operations === 0) upsertMemo(this.#memo());
    setHandler(describe, () => this.describe());
    setHandler(run, (request) => this.admit(request), {
      validator: (request: OperationRequest) => this.validate(request),
    });
    setHandler(cancelOperation, (runId) => this.cancel(runId));
    this.#show();

    await condition(() => this.#record.queue.length > 0);
    const [next, ...queue] = this.#record.queue;
    if (next !== undefined) {
      this.#update({ queue });
      await this.#perform(next);
    }
    if (this.#record.phase !== 'Deleted') {
      await condition(allHandlersFinished);
      // A new run per operation keeps histories short, and moves the cluster to the current version of the worker.
      const { spec } = this.#record;
      await makeContinueAsNewFunc<typeof cluster>({ memo: this.#memo() })({ spec, record: this.#record });
    }
    await Promise.all(this.#record.queue.map((entry) => this.#refuse(entry)));
    await condition(allHandlersFinished);
    return { name: this.#record.spec.name, id: this.#record.id };
  }

  describe(): ClusterDescription {
    const { id, spec, phase, createdAt, created, last, queue } = this.#record;
    return {
      name: spec.name,
      id,
      cloud: spec.cloud,
      phase,
      spec,
      createdAt,
      ...(created ? { apiEndpoint: created.apiEndpoint, kubeconfigPath: created.kubeconfigPath } : {}),
      ...(this.#running ? { running: runningOperation(this.#running) } : {}),
      queued: queue.map(({ operation, callers }) => ({ operation, requestedBy: callers[0]?.workflowId ?? '' })),
      ...(last ? { last } : {}),
    };
  }

  /** What a list of clusters shows, without asking each of them. */
  #memo(): { clusterId: string; createdAt: string } {
    return { clusterId: this.#record.id, createdAt: this.#record.createdAt };
  }

  /** Refuses what this cluster cannot do now. Synchronous, and throws ApplicationFailures only, so that a refusal writes no history. */
  validate(request: OperationRequest): void {
    const { phase, spec, queue } = this.#record;
    if (!(request.operation in operations))
      throw refusal(FailureType.NotAdmitted, `there is no operation ${request.operation}`);
    if (phase === 'Deleted') throw refusal(FailureType.ClusterNotFound, `cluster ${spec.name} was deleted`);
    if (this.#repeats(request)) return;
    if (request.operation === 'createCluster') {
      const fresh = this.#record.createdBy === undefined;
      const same = JSON.stringify(request.input) === JSON.stringify(spec);
      if (!fresh && !(phase === 'CreateFailed' && same)) throw refusal(FailureType.NameTaken, this.#whyTaken(same));
    }
    if (queue.length >= MAX_QUEUE && request.operation !== 'deleteCluster') {
      throw refusal(
        FailureType.NotAdmitted,
        `${MAX_QUEUE} operations already wait for cluster ${spec.name}; try again later`,
      );
    }
  }

  admit(request: OperationRequest): OperationAdmission {
    const { id, created } = this.#record;
    const caller = { workflowId: request.requestedBy, runId: request.requestRunId };
    const repeats = this.#repeats(request);
    if (repeats === 'ended' && created !== undefined) {
      return { clusterId: id, ended: { requestRunId: caller.runId, outcome: 'completed', result: created } };
    }
    if (repeats === 'running' && this.#running !== undefined) {
      this.#running.entry = { ...this.#running.entry, callers: [...this.#running.entry.callers, caller] };
      return { clusterId: id };
    }
    if (request.operation === 'createCluster') this.#update({ createdBy: request.requestedBy });
    const entry = { operation: request.operation, input: request.input, callers: [caller] };
    if (request.operation === 'deleteCluster') {
      // What waits would find no cluster; what runs is stopped. The deletion needs neither.
      void Promise.all(this.#record.queue.map((queued) => this.#refuse(queued)));
      this.#update({ queue: [entry] });
      this.#running?.scope.cancel();
    } else {
      this.#update({ queue: [...this.#record.queue, entry] });
    }
    return { clusterId: id };
  }

  cancel(runId: string): void {
    const asked = ({ callers }: QueuedOperation) => callers.some((caller) => caller.runId === runId);
    if (this.#running && asked(this.#running.entry)) this.#running.scope.cancel();
    const cancelled = this.#record.queue.filter(asked);
    this.#update({ queue: this.#record.queue.filter((entry) => !asked(entry)) });
    const failure = { type: FailureType.Cancelled, message: 'The operation was cancelled before it started' };
    void Promise.all(cancelled.map((entry) => notify(entry.callers, { outcome: 'cancelled', failure })));
  }

  /** Whether this request was made before: it ended, or it runs. */
  #repeats({ operation, requestedBy }: OperationRequest): 'ended' | 'running' | undefined {
    const { createdBy, created, phase } = this.#record;
    if (operation === 'createCluster' && createdBy === requestedBy && created !== undefined && phase === 'Ready')
      return 'ended';
    const running = this.#running?.entry;
    if (running === undefined || running.operation !== operation) return undefined;
    const sameCaller = running.callers.some(({ workflowId }) => workflowId === requestedBy);
    return sameCaller || operation === 'deleteCluster' ? 'running' : undefined;
  }

  #whyTaken(sameSpec: boolean): string {
    const { spec, phase, id } = this.#record;
    const advice =
      phase === 'CreateFailed' && !sameSpec
        ? 'its creation failed: repeat it with the same specification to resume, or delete the cluster first'
        : 'choose another name, or delete the cluster first';
    return `the name ${spec.name} is taken by cluster ${id} (${phase}): ${advice}`;
  }

  async #perform(entry: QueuedOperation): Promise<void> {
    const { spec, id } = this.#record;
    const number = this.#record.operations + 1;
    const scope = new CancellationScope();
    const workflowId = `${clusterWorkflowId(spec.name)}/${entry.operation}/${number}`;
    this.#running = { entry, workflowId, startedAt: new Date().toISOString(), scope };
    this.#update({ operations: number, phase: entry.operation === 'createCluster' ? 'Creating' : 'Deleting' });

    let ended: Omit<OperationEnded, 'requestRunId'>;
    try {
      const result = await scope.run(() =>
        executeChild<OperationWorkflow>(entry.operation, {
          workflowId,
          args: [entry.input, { clusterId: id, spec }],
          cancellationType: 'WAIT_CANCELLATION_COMPLETED',
          staticSummary: `${operations[entry.operation].title}: ${id}`,
        }),
      );
      ended = { outcome: 'completed', result };
    } catch (error) {
      ended = { outcome: isCancellation(error) ? 'cancelled' : 'failed', failure: describeFailure(error) };
    }
    const { callers } = this.#running.entry;
    this.#settle(ended);
    await notify(callers, ended);
  }

  #settle({ outcome, result, failure }: Omit<OperationEnded, 'requestRunId'>): void {
    if (this.#running === undefined) return;
    const running = runningOperation(this.#running);
    this.#running = undefined;
    const ok = outcome === 'completed';
    const creates = running.operation === 'createCluster';
    this.#update({
      phase: creates ? (ok ? 'Ready' : 'CreateFailed') : ok ? 'Deleted' : 'DeleteFailed',
      last: { ...running, endedAt: new Date().toISOString(), outcome, ...(failure ? { failure } : {}) },
      ...(creates && ok ? { created: result as CreateClusterResult } : {}),
    });
  }

  async #refuse(entry: QueuedOperation): Promise<void> {
    const message = `cluster ${this.#record.spec.name} is being deleted`;
    await notify(entry.callers, { outcome: 'failed', failure: { type: FailureType.NotAdmitted, message } });
  }

  #update(change: Partial<ClusterRecord>): void {
    const before = this.#record.phase;
    this.#record = { ...this.#record, ...change };
    if (this.#record.phase !== before) upsertSearchAttributes([{ key: PHASE, value: this.#record.phase }]);
    this.#show();
  }

  #show(): void {
    setCurrentDetails(clusterMarkdown(this.describe()));
  }
}

async function notify(callers: readonly Caller[], ended: Omit<OperationEnded, 'requestRunId'>): Promise<void> {
  await Promise.all(
    callers.map(async ({ workflowId, runId }) => {
      try {
        await getExternalWorkflowHandle(workflowId, runId).signal(operationEnded, { ...ended, requestRunId: runId });
      } catch {
        // The caller does not wait any more; the result is in `describe`.
      }
    }),
  );
}

function runningOperation({
  entry,
  workflowId,
  startedAt,
}: {
  entry: QueuedOperation;
  workflowId: string;
  startedAt: string;
}) {
  return {
    operation: entry.operation,
    workflowId,
    requestedBy: entry.callers[0]?.workflowId ?? workflowInfo().workflowId,
    startedAt,
  };
}

function refusal(type: FailureType, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
