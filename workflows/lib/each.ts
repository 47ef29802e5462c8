import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ItemCounts } from '../../model/index.ts';
import { type CurrentStep, requireStep, workFor } from './current-step.ts';
import { describeFailure } from './failures.ts';

/** How the items of a step are worked off. */
export interface EachRules<Item> {
  /** What an item is called: its title, and its part of the path. No two items of a step share one. */
  readonly name: (item: Item) => string;
  /** How many at the same time. */
  readonly atOnce: number;
  /**
   * `stop`: the first failure cancels the items that are under way, none begins after it, and it is thrown. `collect`:
   * the others go on, and what failed is returned.
   */
  readonly onFailure: 'stop' | 'collect';
}

/** What became of items, in the order in which they ended. */
export interface EachOutcome<Item, Result> {
  readonly done: readonly { readonly item: Item; readonly result: Result }[];
  /** None with `stop`. */
  readonly failed: readonly { readonly item: Item; readonly error: unknown }[];
}

/**
 * Works off the items of the step in which it is called. Those that run or failed are shown below the step, the rest is
 * counted. Called again for more items, it counts on. A cancellation ends all and is thrown.
 */
export async function each<Item, Result>(
  items: readonly Item[],
  { name, atOnce, onFailure }: EachRules<Item>,
  work: (item: Item) => Promise<Result>,
): Promise<EachOutcome<Item, Result>> {
  const step = requireStep('each');
  step.tree.expectItems(step.node, items.length);
  const done: { item: Item; result: Result }[] = [];
  const failed: { item: Item; error: unknown }[] = [];
  const left = items.values();
  const scope = new CancellationScope();
  let end: { readonly error: unknown } | undefined;

  const workOff = async (): Promise<void> => {
    // Shared: each takes the next item that nobody has.
    for (const item of left) {
      try {
        done.push({ item, result: await one(step, name(item), () => work(item)) });
      } catch (error) {
        if (onFailure === 'collect' && !isCancellation(error)) failed.push({ item, error });
        else {
          end ??= { error };
          scope.cancel();
        }
      }
      if (end !== undefined || scope.consideredCancelled) return;
    }
  };
  await scope.run(async () => {
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workOff));
  });
  if (end !== undefined) throw end.error;
  return { done, failed };
}

/** Does work for one item of the step in which it is called, as {@link each} does. */
export function item<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const step = requireStep('item');
  step.tree.expectItems(step.node, 1);
  return one(step, name, work);
}

/** Says how many items of the step in which it is called are in which state, where they are worked off many at once. */
export function countItems(counts: ItemCounts): void {
  const { tree, node } = requireStep('countItems');
  tree.count(node, counts);
}

async function one<Result>(step: CurrentStep, name: string, work: () => Promise<Result>): Promise<Result> {
  const { tree } = step;
  const node = tree.beginItem(step.node, name);
  try {
    const result = await workFor({ ...step, node }, work);
    tree.endItem(node, 'done');
    return result;
  } catch (error) {
    tree.endItem(node, isCancellation(error) ? 'cancelled' : 'failed', describeFailure(error).message);
    throw error;
  }
}
