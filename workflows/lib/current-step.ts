import { AsyncLocalStorage } from '@temporalio/workflow';
import type { Children } from './children.ts';
import type { StepNode, StepTree } from './step-tree.ts';

/** The step that the code which runs now works for. */
export interface CurrentStep {
  readonly tree: StepTree;
  readonly node: StepNode;
  /** The child workflows of the operation. */
  readonly children: Children;
}

/** Follows a call through everything that it awaits. Temporal gives workflows this one; it adds no commands. */
const storage = new AsyncLocalStorage<CurrentStep>();

/** Does work for a step: its activities are the step's, and so are its items and child workflows. */
export const workFor = <Result>(step: CurrentStep, work: () => Promise<Result>): Promise<Result> =>
  storage.run(step, work);

/** The step that is worked for here; undefined outside of steps. */
export const currentStep = (): CurrentStep | undefined => storage.getStore();

/** @throws Error outside of a step, which is a mistake in the script */
export function requireStep(what: string): CurrentStep {
  const step = currentStep();
  if (step === undefined) throw new Error(`${what} belongs into a step`);
  return step;
}
