import {
  declarationOf,
  type OperationName,
  type OperationRequest,
  type OperationResult,
  operationWorkflowId,
} from '../../model/index.ts';
import { runOnlyChild } from '../lib/only-child.ts';
import type { OperationContext } from '../operation.ts';

/** Runs an operation as a child, once no other one of this cluster runs. Calls `onStart` when the child is there. */
export async function runOperation(
  operation: OperationName,
  input: OperationRequest['input'],
  context: OperationContext,
  onStart: () => void,
): Promise<OperationResult<OperationName>> {
  const result = await runOnlyChild({
    type: operation,
    workflowId: operationWorkflowId(context.clusterId),
    args: [input, context],
    summary: `${declarationOf(operation).title}: ${context.clusterId}`,
    onStart,
  });
  // The workflow of this name was made by `operation`.
  return result as OperationResult<OperationName>;
}
