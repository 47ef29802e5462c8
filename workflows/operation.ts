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
  clusterWorkflowId,
  messages,
  type OperationEnded,
  type OperationInput,
  type OperationName,
  type OperationResults,
  operations,
  parseInput,
} from '../model/index.ts';
import { ASK, CALLER_DEADLINE } from './activity-profiles.ts';
import { deadlineExceeded } from './lib/deadline.ts';
import { fromDescription, invalidInput, toWorkflowFailure } from './lib/failures.ts';

/** What the cluster's workflow tells the operation that it starts. */
export interface OperationContext {
  readonly clusterId: string;
  /** The cluster's spec, as it was created. */
  readonly spec: ClusterSpec;
}

const operationEnded = defineSignal<[OperationEnded]>(messages.operationEnded);
const cancelOperation = defineSignal<[string]>(messages.cancelOperation);
const { requestOperation } = proxyActivities<Activities>(ASK);

/**
 * Makes the workflow of an operation from its script. Started by anyone, it asks the cluster's workflow to run the operation and
 * waits for the end; started by the cluster's workflow, as its child, it does the work. So the cluster's lock cannot be forgotten.
 */
export function operation<N extends OperationName>(
  name: N,
  script: (input: OperationInput<N>, context: OperationContext) => Promise<OperationResults[N]>,
) {
  return async (input: unknown, context?: OperationContext): Promise<OperationResults[N]> => {
    const parsed = parseInput(operations[name].schema, input);
    if (!parsed.ok) throw invalidInput(parsed.issues);
    // The schema was taken from the table by the same name that types the script.
    const value = parsed.value as OperationInput<N>;
    try {
      const isChild = workflowInfo().parent?.workflowId === clusterWorkflowId(value.name);
      return isChild && context !== undefined ? await script(value, context) : await askCluster(name, value);
    } catch (error) {
      throw toWorkflowFailure(error);
    }
  };
}

async function askCluster<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationResults[N]> {
  const { workflowId, runId } = workflowInfo();
  let ended: OperationEnded | undefined;
  setHandler(operationEnded, (message) => {
    if (message.requestRunId === runId) ended = message;
  });
  try {
    const admission = await requestOperation({ operation: name, input, requestedBy: workflowId, requestRunId: runId });
    ended ??= admission.ended;
    if (!(await condition(() => ended !== undefined, CALLER_DEADLINE))) throw deadlineExceeded(name, CALLER_DEADLINE);
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => stopOperation(input.name, runId, () => ended !== undefined));
    }
    throw error;
  }
  if (ended?.outcome === 'completed') return ended.result as OperationResults[N];
  throw fromDescription(ended?.failure ?? { type: 'Error', message: 'the operation ended without a result' });
}

/** The caller was cancelled, so its operation is, too; the caller ends when the operation has. */
async function stopOperation(cluster: string, runId: string, hasEnded: () => boolean): Promise<void> {
  try {
    await getExternalWorkflowHandle(clusterWorkflowId(cluster)).signal(cancelOperation, runId);
  } catch {
    return; // There is no such cluster: nothing runs.
  }
  await condition(hasEnded, '10m');
}
