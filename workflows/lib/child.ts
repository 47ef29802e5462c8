import { requireStep } from './current-step.ts';
import { runOnlyChild } from './only-child.ts';
import type { ChildResult } from './steps.ts';

/** A workflow that works for a step. */
export interface StepWorkflow<Input> {
  /** Its type. It ends with what `runChildSteps` returns. */
  readonly type: string;
  /** There is never more than one of this id: another one is stopped and waited for. */
  readonly workflowId: string;
  readonly input: Input;
  readonly summary: string;
}

/**
 * Has another workflow work for the step in which it is called. Its steps are shown below the step: while it runs by
 * whoever reads them, by its own query, so that it costs no signals; after it has ended as a part of this workflow's
 * tree. The workflow may continue as new.
 *
 * People and the cluster speak to the operation only: pauses, their end, and wishes are passed on to the child
 * (`Children`), which has its own safe points; what it waits for a person is the operation's waiting, and does not
 * count for its deadline (`Pauses`). An abort and the deadline cancel the step, and so the child, which is waited for.
 */
export async function child<Result, Input>({ type, workflowId, input, summary }: StepWorkflow<Input>): Promise<Result> {
  const { tree, node, children } = requireStep('child');
  try {
    const ended = await runOnlyChild({
      ...{ type, workflowId, args: [input], summary },
      onStart: () => {
        tree.setChild(node, workflowId);
        children.start(workflowId);
      },
    });
    // The workflow of this type was made with `runChildSteps`.
    const { result, progress } = ended as ChildResult<Result>;
    tree.setChild(node, undefined, progress.steps);
    return result;
  } finally {
    children.end(workflowId);
  }
}
