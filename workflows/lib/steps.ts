import { CancellationScope, CancelledFailure, defineQuery, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { declarationOf, messages, type OperationName, type OperationProgress } from '../../model/index.ts';
import { Children } from './children.ts';
import { deadlineExceeded, deadlineOf } from './deadline.ts';
import { Pauses } from './pauses.ts';
import { type GroupControl, type StartStep, StepGroup, type StepId } from './step-group.ts';
import { stepMarkdown } from './step-markdown.ts';
import { type StepDeclarations, StepTree } from './step-tree.ts';
import { inWords, TimeLimit } from './time-limit.ts';
import { type Wish, Wishes } from './wishes.ts';

export type { StepDeclaration } from './step-tree.ts';

/** What a script has to say of its steps beside running them. */
interface StepControl<D extends StepDeclarations, N extends OperationName> extends Omit<GroupControl<D>, 'step'> {
  /**
   * A safe point: waits here while a person has paused the operation, or, with a reason, until one says that it may go
   * on. The step is shown as paused. For operations that are declared pausable.
   */
  readonly pausePoint: (id: keyof D & string, blockedBy?: string) => Promise<void>;
  /**
   * The newest wish that the operation was handed after this one. For operations that declare a `handOver`; others have
   * none.
   */
  readonly wishAfter: (wish: Pick<Wish<N>, 'number'>) => Wish<N> | undefined;
  /** The operation may go on for so many milliseconds from now, if that is longer than it could. */
  readonly prolong: (deadlineMs: number) => void;
}

type Script<D extends StepDeclarations, N extends OperationName, Result> = (
  step: StartStep<StepId<D>>,
  control: StepControl<D, N>,
) => Promise<Result>;

const progressQuery = defineQuery<OperationProgress>(messages.progress);

/**
 * Runs an operation as a graph of steps: all that do not need each other run at the same time. The first step that
 * fails cancels the others, which are waited for, and its error is thrown. The tree is answered by the query `progress`
 * and shown as the workflow's current details. What the operation is paused does not count for its deadline.
 *
 * Within a step, `each` works off items and `child` has another workflow do the work; `group` is in the control.
 */
export async function runSteps<N extends OperationName, const D extends StepDeclarations, Result>(
  operation: N,
  declared: D,
  deadlineMs: number,
  script: Script<D, N, Result>,
): Promise<Result> {
  return (await run(operation, declared, deadlineMs, script)).result;
}

/**
 * The same in a workflow that works for a step of an operation (`child`): with the operation's safe points and wishes,
 * and without a deadline, because the operation's cancels it. Its steps go to the operation with its result.
 */
export const runChildSteps = <N extends OperationName, const D extends StepDeclarations, Result>(
  operation: N,
  declared: D,
  script: Script<D, N, Result>,
): Promise<ChildResult<Result>> => run(operation, declared, undefined, script);

/** What a workflow returns that works for a step. */
export interface ChildResult<Result> {
  readonly result: Result;
  /** How its steps were at the end. */
  readonly progress: OperationProgress;
}

async function run<N extends OperationName, const D extends StepDeclarations, Result>(
  operation: N,
  declared: D,
  deadlineMs: number | undefined,
  script: Script<D, N, Result>,
): Promise<ChildResult<Result>> {
  const draw = () => setCurrentDetails(stepMarkdown(tree.progress()));
  const tree: StepTree = new StepTree(operation, declared, onceForMany(draw));
  setHandler(progressQuery, () => tree.progress());
  draw();

  const children = new Children();
  const { pausable, handOver } = declarationOf(operation);
  const pauses = pausable
    ? new Pauses(operation, children, () => all.fail(new CancelledFailure('The operation was aborted')))
    : undefined;
  const time = deadlineMs === undefined ? undefined : new TimeLimit(deadlineMs, pauses);
  // What a child does of a wish is a part of this operation's work.
  const onWish = ({ input, spec }: Wish<N>) => time?.prolong(deadlineOf(operation, input, spec));
  const wishes = handOver === undefined ? undefined : new Wishes(operation, children, onWish);
  children.onStart = (workflowId) => {
    pauses?.childStarted(workflowId);
    wishes?.childStarted(workflowId);
  };
  children.onEnd = (workflowId) => pauses?.childEnded(workflowId);

  const all = new StepGroup({ tree, children });
  const timer = new CancellationScope();
  if (time !== undefined) {
    const expiry = timer.run(async () => all.fail(deadlineExceeded(operation, inWords(await time.isOver()))));
    expiry.catch(() => undefined);
  }
  const { step, ...inside } = all.control<D>();
  const control: StepControl<D, N> = {
    ...inside,
    pausePoint: async (id, blockedBy) =>
      pauses?.wait((reason) => tree.hold(tree.find(undefined, id), reason), blockedBy),
    wishAfter: (wish) => wishes?.after(wish),
    prolong: (longerMs) => time?.prolong(longerMs),
  };
  try {
    const result = await all.run(() => script(step, control));
    tree.complete();
    return { result, progress: tree.progress() };
  } finally {
    timer.cancel();
    draw();
  }
}

/** Calls once for the changes of a moment: a worker takes up many answers at a time. */
function onceForMany(draw: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    void Promise.resolve().then(() => {
      isDue = false;
      draw();
    });
  };
}
