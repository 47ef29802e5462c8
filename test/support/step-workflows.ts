import { continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';
import { child } from '../../workflows/lib/child.ts';
import { each } from '../../workflows/lib/each.ts';
import { toWorkflowFailure } from '../../workflows/lib/failures.ts';
import { type ChildResult, runChildSteps, runSteps } from '../../workflows/lib/steps.ts';

/** Workflows that use each form of steps, with an activity `work` that tests decide on. */
interface WorkActivities {
  work(what: string): Promise<string>;
}

const { work } = proxyActivities<WorkActivities>({
  startToCloseTimeout: '1m',
  heartbeatTimeout: '10s',
  retry: { maximumAttempts: 1 },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

const MINUTE = 60_000;

/** As the workflow of an operation ends. */
const ending = <Result>(work: Promise<Result>): Promise<Result> =>
  work.catch((error: unknown) => {
    throw toWorkflowFailure(error);
  });

/** Two steps at once, of which one works twice, outside of steps once. Returns what the activities say. */
export async function activityIds(): Promise<string[]> {
  const steps = { a: { title: 'A', seconds: 1 }, b: { title: 'B', steps: { c: { title: 'C', seconds: 1 } } } };
  const outside = await work('outside');
  return ending(
    runSteps('resizeNodeGroup', steps, MINUTE, async (step, { group }) => {
      const [a, b] = await Promise.all([
        step('a', [], async () => [await work('first'), ...(await Promise.all([work('second'), work('third')]))]),
        group('b', async (inside) => {
          const own = await work('group');
          const { done } = await inside.step('c', [], () =>
            each(['m-1', 'm-2'], { name: (name) => name, atOnce: 2, onFailure: 'stop' }, (name) => work(name)),
          );
          return [own, ...done.map(({ result }) => result).sort()];
        }),
      ]);
      return [outside, ...a, ...b];
    }),
  );
}

export interface ItemsInput {
  readonly count: number;
  readonly atOnce: number;
  readonly onFailure: 'stop' | 'collect';
  /** Items by whose name the activity is asked; of others it takes no time. */
  readonly asks?: readonly string[];
}

/** Works off items; returns how many are done and the names of those that failed. */
export async function items({ count, atOnce, onFailure, asks = [] }: ItemsInput): Promise<[number, string[]]> {
  const all = Array.from({ length: count }, (_, index) => `m-${index}`);
  const steps = { items: { title: 'Items', seconds: 10 }, last: { title: 'Last', seconds: 10 } };
  return ending(
    runSteps('resizeNodeGroup', steps, 10 * MINUTE, async (step) => {
      const { done, failed } = await step('items', [], () =>
        each(all, { name: (name) => name, atOnce, onFailure }, (name) =>
          asks.length === 0 || asks.includes(name) ? work(name) : Promise.resolve(''),
        ),
      );
      return [done.length, failed.map(({ item }) => item)];
    }),
  );
}

/** A group that may fail, one that takes it back, and a step beside both. */
export async function groups({ catches }: { catches: boolean }): Promise<string> {
  const steps = {
    forward: { title: 'Forward', steps: { one: { title: 'One', seconds: 1 }, two: { title: 'Two', seconds: 1 } } },
    back: { title: 'Back', steps: { undo: { title: 'Undo', seconds: 1 } } },
    beside: { title: 'Beside', seconds: 1 },
  };
  return ending(
    runSteps('resizeNodeGroup', steps, MINUTE, async (step, { group }) => {
      const beside = step('beside', [], () => work('beside'));
      const forward = () =>
        group('forward', async (inside) => {
          await Promise.all([inside.step('one', [], () => work('one')), inside.step('two', [], () => work('two'))]);
          return 'forward';
        });
      const way = catches
        ? await forward().catch(() => group('back', (inside) => inside.step('undo', [], () => work('undo'))))
        : await forward();
      await beside;
      return way;
    }),
  );
}

export interface ParentInput {
  readonly childId: string;
  readonly limitMs: number;
  /** How many runs the child takes. */
  readonly runs: number;
}

/** A step for which a child works, and one after it. */
export async function parentOfSteps({ childId, limitMs, runs }: ParentInput): Promise<string> {
  const steps = {
    before: { title: 'Before', seconds: 1 },
    roll: { title: 'Roll', seconds: 8 },
    after: { title: 'After', seconds: 1 },
  };
  return ending(
    runSteps('resizeNodeGroup', steps, limitMs, async (step) => {
      await step('before', [], () => sleep(1));
      const rolled = await step('roll', [], () =>
        child<string, ChildInput>({
          ...{ type: 'childOfSteps', workflowId: childId, summary: 'Rolls' },
          input: { runs, run: 1 },
        }),
      );
      await step('after', [], () => sleep(1));
      return rolled;
    }),
  );
}

interface ChildInput {
  readonly runs: number;
  readonly run: number;
}

/** Works, waits at a safe point, and works again; so many runs. Says at the end which wish it has heard of. */
export async function childOfSteps({ runs, run }: ChildInput): Promise<ChildResult<string>> {
  const steps = { first: { title: 'First', seconds: 1 }, second: { title: 'Second', seconds: 1 } };
  const ended = await ending(
    runChildSteps('resizeNodeGroup', steps, async (step, { pausePoint, wishAfter }) => {
      await step('first', [], () => work(`first ${run}`));
      await pausePoint('second');
      const said = await step('second', [], () => work(`second ${run}`));
      return `${said}, wish ${wishAfter({ number: 0 })?.number ?? 0}`;
    }),
  );
  if (run < runs) return continueAsNew<typeof childOfSteps>({ runs, run: run + 1 });
  return ended;
}
