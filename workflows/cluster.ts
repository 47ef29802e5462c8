import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  type ClusterDescription,
  type ClusterRecord,
  clusterRecordSchema,
  clusterWorkflowId,
  type CreateClusterResult,
  describeIssues,
  endsCluster,
  FailureType,
  type InputIssue,
  messages,
  type OperationAdmission,
  type OperationEnded,
  type OperationName,
  type OperationRequest,
  type OperationResults,
  operations,
  operationWorkflowId,
  orphanWorkflowId,
  parseInput,
  type QueuedOperation,
  type RunningOperation,
  sameRequest,
  searchAttributes,
} from '../model/index.ts';
import type { Activities } from '../activities/index.ts';
import { ENSURE, KEEP_BRIEFLY, QUIET_MS } from './activity-profiles.ts';
import { clusterMarkdown } from './lib/cluster-markdown.ts';
import { describeFailure, invalidInput } from './lib/failures.ts';
import { notifyCallers } from './lib/notify-callers.ts';
import { runOperation } from './lib/run-operation.ts';

/** How many operations may wait for their turn. */
const MAX_QUEUE = 10;

const { keepRecord } = proxyActivities<Activities>(ENSURE);
const briefly = proxyActivities<Activities>(KEEP_BRIEFLY);

const PHASE = defineSearchAttributeKey(searchAttributes.phase, SearchAttributeType.KEYWORD);

const run = defineUpdate<OperationAdmission, [OperationRequest]>(messages.run);
const describe = defineQuery<ClusterDescription>(messages.describe);
const cancelOperation = defineSignal<[unknown]>(messages.cancelOperation);

/**
 * The cluster itself: lives from creation to deletion, holds its spec and state, and lets operations in one at a time. A deletion
 * is let in at any time: it cancels what runs.
 *
 * Cancelling this workflow does nothing; a cluster ends by `deleteCluster`. Started by hand with anything that is no record of a cluster, it ends
 * with `Slipway.InvalidInput`.
 */
export async function cluster(input: unknown): Promise<{ name: string; id: string }> {
  return CancellationScope.nonCancellable(() => new Cluster(parseRecord(input)).live());
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

function parseRecord(input: unknown): ClusterRecord {
  const parsed = parseInput(clusterRecordSchema, input);
  const { workflowId, continuedFromExecutionRunId } = workflowInfo();
  if (!parsed.ok) {
    if (continuedFromExecutionRunId === undefined) throw notARecord(parsed.issues);
    // A living cluster does not end because a build cannot read what another one wrote: its task waits for a build that can.
    throw new Error(`this build cannot read the cluster’s record: ${describeIssues(parsed.issues)}`);
  }
  const record = parsed.value;
  const wanted = [clusterWorkflowId(record.spec.name), orphanWorkflowId(record.id)];
  if (!wanted.includes(workflowId)) {
    throw notARecord([{ path: '', reason: `is of a cluster whose workflow is ${wanted[0] ?? ''}, not ${workflowId}` }]);
  }
  return record;
}

function notARecord(issues: InputIssue[]): ApplicationFailure {
  const hint = 'only Slipway starts this workflow: ask for a cluster by createCluster';
  return invalidInput([...issues, { path: '', reason: hint }]);
}

interface Running {
  readonly entry: QueuedOperation;
  readonly workflowId: string;
  readonly startedAt: string;
  readonly scope: CancellationScope;
}

class Cluster {
  #record: ClusterRecord;
  #running: Running | undefined;

  constructor(record: ClusterRecord) {
    this.#record = record;
  }

  async live(): Promise<{ name: string; id: string }> {
    setHandler(describe, () => this.describe());
    setHandler(run, (request) => this.admit(request), {
      validator: (request: OperationRequest) => this.validate(request),
    });
    setHandler(cancelOperation, (requestId) => this.cancel(requestId));
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
      await makeContinueAsNewFunc<typeof cluster>({ memo: this.#memo() })(this.#record);
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
    const { id, phase, spec, queue } = this.#record;
    if (!isRequest(request)) throw refusal(FailureType.NotAdmitted, 'this is no request for an operation');
    if ('id' in request.input && request.input.id !== undefined && request.input.id !== id)
      throw refusal(FailureType.ClusterNotFound, `there is no cluster ${request.input.id}: ${spec.name} is ${id} now`);
    if (phase === 'Deleted') throw refusal(FailureType.ClusterNotFound, `cluster ${spec.name} was deleted`);
    if (this.#answerTo(request) !== undefined || this.#sameAs(request) !== undefined) return;
    if (request.operation === 'createCluster') {
      const open = this.#record.createdBy === undefined || phase === 'CreateFailed';
      const same = JSON.stringify(request.input) === JSON.stringify(spec);
      if (!open || !same) throw refusal(FailureType.NameTaken, this.#whyTaken(same));
    }
    if (queue.length >= MAX_QUEUE && !endsCluster(request.operation)) {
      throw refusal(
        FailureType.NotAdmitted,
        `${MAX_QUEUE} operations already wait for cluster ${spec.name}; try again later`,
      );
    }
  }

  admit(request: OperationRequest): OperationAdmission {
    const admission = { clusterId: this.#record.id, workflowId: workflowInfo().workflowId };
    const answer = this.#answerTo(request);
    if (answer !== undefined) return { ...admission, ended: { ...answer, requestId: request.requestId } };
    const caller = { workflowId: request.requestedBy, requestId: request.requestId };
    const same = this.#sameAs(request);
    if (same !== undefined) {
      this.#join(same, caller);
      return admission;
    }
    if (request.operation === 'createCluster') this.#update({ createdBy: request.requestedBy });
    const entry = { operation: request.operation, input: request.input, callers: [caller] };
    if (endsCluster(request.operation)) {
      // What waits would find no cluster; what runs is stopped. The deletion needs neither.
      void Promise.all(this.#record.queue.map((queued) => this.#refuse(queued)));
      this.#update({ queue: [entry] });
      this.#running?.scope.cancel();
    } else {
      this.#update({ queue: [...this.#record.queue, entry] });
    }
    return admission;
  }

  cancel(requestId: unknown): void {
    const asked = ({ callers }: QueuedOperation) => callers.some((caller) => caller.requestId === requestId);
    if (this.#running && asked(this.#running.entry)) this.#running.scope.cancel();
    const cancelled = this.#record.queue.filter(asked);
    if (cancelled.length === 0) return;
    this.#update({ queue: this.#record.queue.filter((entry) => !asked(entry)) });
    const failure = { type: FailureType.Cancelled, message: 'The operation was cancelled before it started' };
    void Promise.all(cancelled.map((entry) => notifyCallers(entry.callers, { outcome: 'cancelled', failure })));
  }

  /** How the operation ended, if this request was made before; what failed is tried again unless the caller only reminds. */
  #answerTo(request: OperationRequest): Omit<OperationEnded, 'requestId'> | undefined {
    const { createdBy, created, phase, answer } = this.#record;
    if (
      answer?.requestIds.includes(request.requestId) &&
      (answer.outcome === 'completed' || request.reminder === true)
    ) {
      const { outcome, result, failure } = answer;
      return { outcome, ...(result ? { result } : {}), ...(failure ? { failure } : {}) };
    }
    const repeated = request.operation === 'createCluster' && createdBy === request.requestedBy && phase === 'Ready';
    return repeated && created !== undefined ? { outcome: 'completed', result: created } : undefined;
  }

  /** The operation that runs or waits and is the one that is asked for. */
  #sameAs(request: OperationRequest): QueuedOperation | undefined {
    const known = [...(this.#running ? [this.#running.entry] : []), ...this.#record.queue];
    return known.find((entry) => sameRequest(entry, request));
  }

  #join(entry: QueuedOperation, caller: QueuedOperation['callers'][number]): void {
    if (entry.callers.some(({ requestId }) => requestId === caller.requestId)) return;
    const joined = { ...entry, callers: [...entry.callers, caller] };
    if (this.#running?.entry === entry) this.#running = { ...this.#running, entry: joined };
    this.#update({ queue: this.#record.queue.map((queued) => (queued === entry ? joined : queued)) });
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
    const scope = new CancellationScope();
    const workflowId = operationWorkflowId(this.#record.id);
    this.#running = { entry, workflowId, startedAt: new Date().toISOString(), scope };
    this.#update({ operations: this.#record.operations + 1, phase: operations[entry.operation].phases.running });

    let ended: Omit<OperationEnded, 'requestId'>;
    try {
      const result = await scope.run(() => this.#work(entry));
      ended = { outcome: 'completed', result };
    } catch (error) {
      ended = { outcome: isCancellation(error) ? 'cancelled' : 'failed', failure: describeFailure(error) };
    }
    const { callers } = this.#running.entry;
    this.#settle(this.#running, ended);
    await Promise.all([notifyCallers(callers, ended), this.#keepEnd()]);
  }

  /** The operation itself, once what is known before it is kept outside of Temporal, and what ran before an adoption is quiet. */
  async #work(entry: QueuedOperation): Promise<OperationResults[OperationName]> {
    const { adoptedAt } = this.#record;
    const early = adoptedAt === undefined ? 0 : Date.parse(adoptedAt) + QUIET_MS - Date.now();
    if (early > 0) await sleep(early);
    const ahead = await this.#keepStart(entry);
    if (ahead !== undefined) {
      // This run was reset to a state before that one: it goes on from there.
      const { spec, createdAt, createdBy, created, operations: count } = ahead;
      this.#update({ spec, createdAt, createdBy, created, operations: count + 1 });
      if (entry.operation === 'createCluster' && created !== undefined) return created;
      await this.#keepStart(entry);
    }
    const { id: clusterId, spec } = this.#record;
    return runOperation(entry.operation, entry.input, { clusterId, spec });
  }

  async #keepStart({ operation }: QueuedOperation): Promise<ClusterRecord | undefined> {
    if (!endsCluster(operation)) return (await keepRecord({ record: this.#record })).ahead;
    try {
      return (await briefly.keepRecord({ record: this.#record })).ahead;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return undefined; // Deletion needs no more than the id.
    }
  }

  async #keepEnd(): Promise<void> {
    if (this.#record.phase === 'Deleted') return;
    try {
      await briefly.keepRecord({ record: this.#record });
    } catch {
      // The next operation keeps it before it starts.
    }
  }

  #settle(running: Running, ended: Omit<OperationEnded, 'requestId'>): void {
    const { outcome, result, failure } = ended;
    const { operation, callers } = running.entry;
    const { completed, failed } = operations[operation].phases;
    const ok = outcome === 'completed';
    this.#running = undefined;
    this.#update({
      phase: ok ? completed : failed,
      last: {
        ...runningOperation(running),
        endedAt: new Date().toISOString(),
        outcome,
        ...(failure ? { failure } : {}),
      },
      answer: { requestIds: callers.map(({ requestId }) => requestId), ...ended },
      ...(operation === 'createCluster' && ok ? { created: result as CreateClusterResult } : {}),
    });
  }

  async #refuse(entry: QueuedOperation): Promise<void> {
    const message = `cluster ${this.#record.spec.name} is being deleted`;
    await notifyCallers(entry.callers, { outcome: 'failed', failure: { type: FailureType.NotAdmitted, message } });
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

function runningOperation({ entry, workflowId, startedAt }: Running): RunningOperation {
  const requestedBy = entry.callers[0]?.workflowId ?? workflowInfo().workflowId;
  return { operation: entry.operation, workflowId, requestedBy, startedAt };
}

/** Anybody may send an Update with anything in it. The input itself is parsed by the operation, which may be of another version. */
function isRequest(request: unknown): request is OperationRequest {
  if (typeof request !== 'object' || request === null) return false;
  const { operation, input, requestedBy, requestId } = request as Partial<Record<keyof OperationRequest, unknown>>;
  if (typeof operation !== 'string' || !Object.hasOwn(operations, operation)) return false;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  return typeof requestedBy === 'string' && requestedBy !== '' && typeof requestId === 'string' && requestId !== '';
}

function refusal(type: FailureType, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
