import { type ClusterSpec, declarationOf, type OperationEnd, type QueuedOperation } from '../../model/index.ts';

/** A wish that the operation that runs was handed. */
export interface Handed {
  /** Which one it is, from 1. */
  readonly number: number;
  /** As it would have waited for its turn. */
  readonly entry: QueuedOperation;
  /** Request ids of what waited already when it came. */
  readonly behind: readonly string[];
  /** What was wanted of the cluster before it; absent while it is not yet passed on. */
  readonly specBefore?: ClusterSpec;
}

/**
 * Which of the wishes have to be done by themselves, because the operation that they were handed has ended without
 * them: those that it did not take, and all when it failed, which may have been for another's sake. What was stopped is
 * stopped for all. One whose callers have left has none here.
 */
export function notTaken(
  { operation, callers }: QueuedOperation,
  handed: readonly Handed[],
  { outcome, result }: Pick<OperationEnd, 'outcome' | 'result'>,
): Handed[] {
  if (outcome === 'cancelled') return [];
  const taken = result === undefined ? 0 : (declarationOf(operation).handOver?.taken(result) ?? 0);
  const left = handed.filter(({ number }) => number > taken);
  const isHere = ({ requestId }: QueuedOperation['callers'][number]): boolean =>
    callers.some((caller) => caller.requestId === requestId);
  return left.map((wish) => ({ ...wish, entry: { ...wish.entry, callers: wish.entry.callers.filter(isHere) } }));
}

/**
 * What waits, with these wishes where they would be if they had waited from the beginning; without those that nobody
 * asks for any more.
 */
export function putBack(queue: readonly QueuedOperation[], wishes: readonly Handed[]): QueuedOperation[] {
  // The last one first, so that each meets those after it.
  return wishes
    .filter(({ entry }) => entry.callers.length > 0)
    .reduceRight<QueuedOperation[]>(
      (waiting, { entry, behind }) => {
        const place =
          waiting.findLastIndex(({ callers }) => callers.some(({ requestId }) => behind.includes(requestId))) + 1;
        const declaration = declarationOf(entry.operation);
        for (const [index, later] of waiting.entries()) {
          if (index < place || later.operation !== entry.operation) continue;
          const input = declaration.merge?.(entry.input, later.input);
          // Merged by its own declaration from what the schema of the operation has made.
          if (input !== undefined) {
            const both = {
              ...later,
              input: input as QueuedOperation['input'],
              callers: [...entry.callers, ...later.callers],
            };
            return waiting.with(index, both);
          }
        }
        return waiting.toSpliced(place, 0, entry);
      },
      [...queue],
    );
}
