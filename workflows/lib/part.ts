import { workflowInfo } from '@temporalio/workflow';
import { type OperationName, operationWorkflowId, parseInput, partInputSchema } from '../../model/index.ts';
import { invalidInput } from './failures.ts';

/**
 * Refuses to be a part of an operation when anybody but the operation of this cluster has started the workflow: it
 * alone holds the cluster's lock.
 *
 * @throws ApplicationFailure `Slipway.InvalidInput`
 */
export function requirePartOf(operation: OperationName, input: unknown): void {
  const parsed = parseInput(partInputSchema, input);
  if (!parsed.ok) throw invalidInput(parsed.issues);
  if (workflowInfo().parent?.workflowId !== operationWorkflowId(parsed.value.id))
    throw invalidInput([{ path: '', reason: `this workflow is a part of ${operation}: start that` }]);
}
