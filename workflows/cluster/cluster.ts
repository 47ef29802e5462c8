import {
  allHandlersFinished,
  type ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  type Attention,
  type Caller,
  type ClusterDescription,
  type ClusterRecord,
  declarationOf,
  endsCluster,
  FailureType,
  makesCluster,
  messages,
  type OperationAdmission,
  type OperationEnd,
  type OperationName,
  type OperationRequest,
  type OperationResult,
  operationWorkflowId,
  type QueuedOperation,
  type Refusal,
  remember,
  searchAttributes,
} from '../../model/index.ts';
import { QUIET_MS } from '../activity-profiles.ts';
import { describeFailure, fromDescription, invalidInput } from '../lib/failures.ts';
import { clusterMarkdown } from './cluster-markdown.ts';
import { type Decision, decide, mayBegin } from './decide.ts';
import { describeCluster } from './describe-cluster.ts';
import { tellWish } from './hand-over.ts';
import { notTaken, putBack } from './handed.ts';
import { isAttentionChange, requestIn } from '../lib/messages.ts';
import { keepEnd, keepStart, keepWish } from './keep-record.ts';
import { notifyCallers } from './notify-callers.ts';
import { parseRecord } from './parse-record.ts';
import { runOperation } from './run-operation.ts';
import { type Running, runningOperation, startedOperation } from './running.ts';

const PHASE = defineSearchAttributeKey(searchAttributes.phase, SearchAttributeType.KEYWORD);
const ATTENTION = defineSearchAttributeKey(searchAttributes.attention, SearchAttributeType.KEYWORD);

const run = defineUpdate<OperationAdmission, [OperationRequest]>(messages.run);
const describe = defineQuery<ClusterDescription>(messages.describe);
const cancelOperation = defineSignal<[unknown]>(messages.cancelOperation);
const attention = defineSignal<[unknown]>(messages.attention);

/**
 * The cluster itself: lives from creation to deletion, holds its spec and state, and lets operations in one at a time.
 * A deletion is let in at any time: it cancels what runs.
 *
 * Cancelling this workflow does nothing; a cluster ends by `deleteCluster`. Started by hand with anything that is no
 * record of a cluster, it ends with `Slipway.InvalidInput`.
 */
export async function cluster(input: unknown): Promise<{ name: string; id: string }> {
  return CancellationScope.nonCancellable(() => new Cluster(parseRecord(input)).live());
}

/**
 * A cluster waits for months between operations; pinned to the build of its last one, it would need that build's worker
 * for ever. Its history is short (a new run after every operation), and operations, which are pinned, hold the code
 * that changes. A worker without versioning belongs to no deployment, and must not name a behaviour.
 */
setWorkflowOptions(
  () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {}),
  cluster,
);

class Cluster {
  #record: ClusterRecord;
  #running: Running | undefined;
  /** Until all wishes that were handed over are passed on. */
  #passedOn: Promise<void> = Promise.resolve();

  constructor(record: ClusterRecord) {
    this.#record = record;
  }

  async live(): Promise<{ name: string; id: string }> {
    setHandler(describe, () => this.describe());
    setHandler(run, (message) => this.admit(message), {
      validator: (message: unknown) => this.validate(message),
    });
    setHandler(cancelOperation, (requestId) => this.cancel(requestId));
    setHandler(attention, (change) => this.attend(change));
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
    await Promise.all(this.#record.queue.map((entry) => this.#refuse(entry, this.#deletion())));
    await condition(allHandlersFinished);
    return { name: this.#record.spec.name, id: this.#record.id };
  }

  describe(): ClusterDescription {
    return describeCluster(this.#record, this.#running && runningOperation(this.#running));
  }

  /** What a list of clusters shows, without asking each of them. */
  #memo(): { clusterId: string; createdAt: string } {
    return { clusterId: this.#record.id, createdAt: this.#record.createdAt };
  }

  /**
   * Refuses what this cluster cannot do now. Synchronous, and throws ApplicationFailures only, so that a refusal writes
   * no history.
   */
  validate(message: unknown): void {
    const decision = this.#decide(requestOf(message));
    if (decision.kind === 'refuse') throw refusal(decision);
  }

  admit(message: unknown): OperationAdmission {
    const request = requestOf(message);
    const decision = this.#decide(request);
    const { operation, input, requestedBy, requestId } = request;
    const admission = { clusterId: this.#record.id, workflowId: workflowInfo().workflowId };
    const caller = { workflowId: requestedBy, requestId };
    const entry = { operation, input, callers: [caller] };
    switch (decision.kind) {
      case 'refuse':
        throw refusal(decision);
      case 'ended':
        return { ...admission, ended: { ...decision.ended, requestId } };
      case 'join':
        this.#join(decision.entry, caller);
        return admission;
      case 'merge':
        this.#join({ ...decision.entry, input: decision.input }, caller, decision.entry);
        return admission;
      case 'hand':
        this.#hand(entry, decision.input);
        return admission;
      case 'queue':
        if (makesCluster(operation)) this.#update({ createdBy: requestedBy });
        this.#update({ queue: [...this.#record.queue, entry] });
        return admission;
      case 'preempt':
        // What waits would find no cluster; what runs is stopped. The deletion needs neither.
        void Promise.all(this.#record.queue.map((queued) => this.#refuse(queued, this.#deletion())));
        this.#update({ queue: [entry] });
        this.#running?.scope.cancel();
        return admission;
    }
  }

  #decide(request: OperationRequest): Decision {
    return decide(this.#record, this.#running?.entry, request);
  }

  /** A caller does not want its operation any more; what others want too goes on for them. */
  cancel(requestId: unknown): void {
    const asked = ({ callers }: QueuedOperation) => callers.some((caller) => caller.requestId === requestId);
    const others = (entry: QueuedOperation): QueuedOperation => ({
      ...entry,
      callers: entry.callers.filter((caller) => caller.requestId !== requestId),
    });
    const isWanted = ({ callers }: QueuedOperation) => callers.length > 0;
    const left = this.#record.queue.filter(asked);
    if (this.#running && asked(this.#running.entry)) {
      const entry = others(this.#running.entry);
      if (isWanted(entry)) {
        left.push(this.#running.entry);
        this.#running = { ...this.#running, entry };
      } else {
        this.#running = { ...this.#running, handed: [] };
        this.#running.scope.cancel();
      }
    }
    if (left.length === 0) return;
    this.#update({ queue: this.#record.queue.map((entry) => (asked(entry) ? others(entry) : entry)).filter(isWanted) });
    const failure = { type: FailureType.Cancelled, message: 'The caller does not wait for the operation any more' };
    const leaving = left.flatMap(({ callers }) => callers.filter((caller) => caller.requestId === requestId));
    void notifyCallers(leaving, { outcome: 'cancelled', failure });
  }

  /** What runs waits for a person, or goes on. */
  attend(change: unknown): void {
    if (!isAttentionChange(change) || change.workflowId !== this.#running?.workflowId) return;
    const { attention: now } = change;
    const { attention: before, ...running } = this.#running;
    this.#running = { ...running, ...(now === undefined ? {} : { attention: now }) };
    this.#showAttention(before, now);
    this.#show();
  }

  #showAttention(before: Attention | undefined, now: Attention | undefined): void {
    if (before?.kind !== now?.kind) upsertSearchAttributes([{ key: ATTENTION, value: now?.kind ?? null }]);
  }

  /** One more caller of an operation that runs or waits, which takes the place of what it was. */
  #join(entry: QueuedOperation, caller: Caller, was: QueuedOperation = entry): void {
    const isKnown = entry.callers.some(({ requestId }) => requestId === caller.requestId);
    const joined = isKnown ? entry : { ...entry, callers: [...entry.callers, caller] };
    if (this.#running?.entry === was) this.#running = { ...this.#running, entry: joined };
    this.#update({ queue: this.#record.queue.map((queued) => (queued === was ? joined : queued)) });
  }

  /** What runs takes over one more wish, with this input from now on. */
  #hand(wish: QueuedOperation, input: QueuedOperation['input']): void {
    if (this.#running === undefined) return;
    const { entry, handed } = this.#running;
    const number = handed.length + 1;
    const behind = this.#record.queue.flatMap(({ callers }) => callers.map(({ requestId }) => requestId));
    const taking = { ...entry, input, callers: [...entry.callers, ...wish.callers], handed: number };
    this.#running = { ...this.#running, entry: taking, handed: [...handed, { number, entry: wish, behind }] };
    this.#show();
    this.#passedOn = this.#passedOn.then(() => this.#passOn(number, input));
  }

  /** Tells the operation of a wish once it is at work, and what is then wanted is kept outside of Temporal. */
  async #passOn(number: number, input: QueuedOperation['input']): Promise<void> {
    await condition(() => this.#running?.isAtWork !== false);
    const wish = this.#running?.handed.find((handed) => handed.number === number);
    if (this.#running === undefined || wish === undefined) return;
    const { workflowId, handed } = this.#running;
    const before = { ...wish, specBefore: this.#record.spec };
    this.#running = { ...this.#running, handed: handed.map((one) => (one === wish ? before : one)) };
    try {
      this.#wish(wish.entry);
      const { spec } = this.#record;
      await keepWish(this.#record);
      await tellWish(workflowId, { number, input, spec });
    } catch {
      // It was not taken: it is done by itself after the operation.
    }
  }

  async #perform(entry: QueuedOperation): Promise<void> {
    // The cluster may have become another one while this waited.
    const refused = mayBegin(this.#record, entry);
    if (refused !== undefined) return this.#refuse(entry, refused);
    const scope = new CancellationScope();
    const workflowId = operationWorkflowId(this.#record.id);
    this.#running = {
      ...{ entry, workflowId, startedAt: new Date().toISOString(), scope },
      ...{ isAtWork: false, handed: [] },
    };
    const { running } = declarationOf(entry.operation).phases;
    this.#update({ operations: this.#record.operations + 1, phase: running });

    let ended: OperationEnd;
    try {
      const result = await scope.run(() => this.#work(entry));
      ended = { outcome: 'completed', result };
    } catch (error) {
      ended = { outcome: isCancellation(error) ? 'cancelled' : 'failed', failure: describeFailure(error) };
    }
    const callers = this.#settle(this.#running, ended);
    await Promise.all([notifyCallers(callers, ended), this.#passedOn.then(() => keepEnd(this.#record))]);
  }

  /**
   * The operation itself, once what is known before it is kept outside of Temporal, and what ran before an adoption is
   * quiet.
   */
  async #work(entry: QueuedOperation): Promise<OperationResult<OperationName>> {
    const { adoptedAt } = this.#record;
    const early = adoptedAt === undefined ? 0 : Date.parse(adoptedAt) + QUIET_MS - Date.now();
    if (early > 0) await sleep(early);
    this.#wish(entry);
    const ahead = await keepStart(entry.operation, this.#record);
    if (ahead !== undefined) {
      // This run was reset to a state before that one: it goes on from there.
      const { spec, digest, observed, createdAt, createdBy, created, operations: count } = ahead;
      this.#update({ spec, digest, observed, createdAt, createdBy, created, operations: count + 1 });
      if (makesCluster(entry.operation) && created !== undefined) return created;
      this.#wish(entry);
      await keepStart(entry.operation, this.#record);
    }
    const { id: clusterId, spec } = this.#record;
    return runOperation(entry.operation, entry.input, { clusterId, spec }, () => {
      if (this.#running !== undefined) this.#running = { ...this.#running, isAtWork: true };
    });
  }

  /** From now on the cluster is to be as the operation wants it. */
  #wish({ operation, input }: QueuedOperation): void {
    const desire = declarationOf(operation).desire?.(this.#record, input);
    if (desire === undefined) return;
    if ('issues' in desire) throw invalidInput([...desire.issues]);
    if (desire.spec !== this.#record.spec) this.#update({ spec: desire.spec });
  }

  /** Returns those who have their answer by it. */
  #settle(running: Running, ended: OperationEnd): Caller[] {
    const { outcome, result, failure } = ended;
    const { operation } = running.entry;
    const left = this.#putBack(running, ended);
    const callers = running.entry.callers.filter(({ requestId }) => !left.has(requestId));
    const declaration = declarationOf(operation);
    const { phases } = declaration;
    const { history } = this.#record;
    const endedAt = new Date().toISOString();
    this.#running = undefined;
    this.#showAttention(running.attention, undefined);
    this.#update({
      phase: outcome === 'completed' ? phases.completed : phases.failed,
      history: remember(history, { ...startedOperation(running), endedAt, outcome, ...(failure ? { failure } : {}) }),
      answer: { requestIds: callers.map(({ requestId }) => requestId), ...ended },
      ...(result === undefined ? {} : declaration.observe?.(this.#record, result)),
    });
    return callers;
  }

  /** Wishes that the operation has ended without wait for their turn. Returns the ids of their requests. */
  #putBack({ entry, handed }: Running, ended: OperationEnd): Set<string> {
    const left = notTaken(entry, handed, ended);
    const spec = left.find(({ specBefore }) => specBefore !== undefined)?.specBefore ?? this.#record.spec;
    const { queue } = this.#record;
    const isEnding = queue.some(({ operation }) => endsCluster(operation));
    if (isEnding) void Promise.all(left.map((wish) => this.#refuse(wish.entry, this.#deletion())));
    this.#update(isEnding ? { spec } : { spec, queue: putBack(queue, left) });
    return new Set(left.flatMap(({ entry: { callers } }) => callers.map(({ requestId }) => requestId)));
  }

  async #refuse(entry: QueuedOperation, { type, message, issues }: Refusal): Promise<void> {
    const failure = { type, message, ...(issues ? { issues } : {}) };
    await notifyCallers(entry.callers, { outcome: 'failed', failure });
  }

  /** Why what waits is not done any more. */
  #deletion(): Refusal {
    return { type: FailureType.NotAdmitted, message: `cluster ${this.#record.spec.name} is being deleted` };
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

/** @throws ApplicationFailure `Slipway.NotAdmitted` when it is none */
function requestOf(message: unknown): OperationRequest {
  const request = requestIn(message);
  if (request !== undefined) return request;
  throw refusal({ type: FailureType.NotAdmitted, message: 'this is no request for an operation' });
}

function refusal({ type, message, issues }: Refusal): ApplicationFailure {
  return fromDescription({ type, message, ...(issues ? { issues } : {}) });
}
