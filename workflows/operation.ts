import {
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import {
  type ClusterSpec,
  clusterNameOf,
  clusterWorkflowId,
  declarationOf,
  makesCluster,
  messages,
  type OperationAdmission,
  type OperationEnded,
  type OperationInput,
  type OperationName,
  type OperationResult,
  orphanWorkflowId,
  parseInput,
} from '../model/index.ts';
import { ASK, MAX_REMINDERS, PATIENCE, reminderAfter } from './activity-profiles.ts';
import { deadlineExceeded } from './lib/deadline.ts';
import { fromDescription, invalidInput, toWorkflowFailure } from './lib/failures.ts';
import { isOperationEnded } from './lib/messages.ts';

/** What the cluster's workflow tells the operation that it starts. */
export interface OperationContext {
  readonly clusterId: string;
  /** The cluster's spec, as it was created. */
  readonly spec: ClusterSpec;
}

const operationEnded = defineSignal<[unknown]>(messages.operationEnded);
const cancelOperation = defineSignal<[string]>(messages.cancelOperation);
const { requestOperation } = proxyActivities<Activities>(ASK);

/**
 * Makes the workflow of an operation from its script. Started by anyone, it asks the cluster's workflow to run the
 * operation and waits for the end; started by the cluster's workflow, as its child, it does the work. So the cluster's
 * lock cannot be forgotten.
 */
export function operation<N extends OperationName>(
  name: N,
  script: (input: OperationInput<N>, context: OperationContext) => Promise<OperationResult<N>>,
) {
  return async (input: unknown, context?: OperationContext): Promise<OperationResult<N>> => {
    const parsed = parseInput(declarationOf(name).schema, input);
    if (!parsed.ok) throw invalidInput(parsed.issues);
    // The schema was taken from the table by the same name that types the script.
    const value = parsed.value as OperationInput<N>;
    try {
      return startedByCluster(context) ? await script(value, context) : await askCluster(name, value, input);
    } catch (error) {
      throw toWorkflowFailure(error);
    }
  };
}

function startedByCluster(context: OperationContext | undefined): context is OperationContext {
  const parent = workflowInfo().parent?.workflowId;
  if (context === undefined || parent === undefined) return false;
  const { clusterId } = context;
  return parent === clusterWorkflowId(clusterNameOf(clusterId)) || parent === orphanWorkflowId(clusterId);
}

async function askCluster<N extends OperationName>(
  name: N,
  input: OperationInput<N>,
  asked: unknown,
): Promise<OperationResult<N>> {
  // The first run's id, which a reset keeps: what the cluster was asked for before it, and answers, is this request's
  // all the same.
  const { workflowId, firstExecutionRunId: requestId } = workflowInfo();
  let admission: OperationAdmission | undefined;
  let ended: OperationEnded | undefined;
  setHandler(operationEnded, (message) => {
    if (isOperationEnded(message) && message.requestId === requestId) ended = message;
  });
  const request = {
    ...{ operation: name, input, requestedBy: workflowId, requestId },
    ...(makesCluster(name) ? { asked } : {}),
  };
  const hasEnded = () => ended !== undefined;
  // The end can come before the answer, when the worker that asked is gone. Nobody asks again then: a younger cluster
  // may have the name.
  const ask = async (reminder: boolean) => {
    try {
      return await requestOperation(reminder ? { ...request, reminder } : request);
    } catch (error) {
      if (hasEnded()) return undefined;
      throw error;
    }
  };
  const heard = condition(hasEnded).then(() => undefined);
  try {
    for (let asked = 0; ended === undefined; asked++) {
      if (asked > MAX_REMINDERS) throw deadlineExceeded(name, PATIENCE);
      admission = (await Promise.race([ask(asked > 0), heard])) ?? admission;
      ended ??= admission?.ended;
      if (ended === undefined) await condition(hasEnded, reminderAfter(asked));
    }
  } catch (error) {
    if (isCancellation(error)) {
      const cluster = admission?.workflowId ?? clusterWorkflowId(input.name);
      await CancellationScope.nonCancellable(() => stopOperation(cluster, requestId, hasEnded));
    }
    throw error;
  }
  if (ended.outcome === 'completed') return ended.result as OperationResult<N>;
  throw fromDescription(ended.failure ?? { type: 'Error', message: 'the operation ended without a result' });
}

/** The caller was cancelled, so its operation is, too; the caller ends when the operation has. */
async function stopOperation(cluster: string, requestId: string, hasEnded: () => boolean): Promise<void> {
  try {
    await getExternalWorkflowHandle(cluster).signal(cancelOperation, requestId);
  } catch {
    return; // There is no such cluster: nothing runs.
  }
  await condition(hasEnded, '10m');
}
