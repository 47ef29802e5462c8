import { defineSignal, setHandler } from '@temporalio/workflow';
import {
  type ClusterSpec,
  clusterSpecSchema,
  declarationOf,
  isFields,
  messages,
  type OperationInput,
  type OperationName,
  parseInput,
} from '../../model/index.ts';
import type { Children } from './children.ts';

const handOver = defineSignal<[unknown]>(messages.handOver);

/** What an operation is to do. */
export interface Wish<N extends OperationName> {
  /** Which one of those that it was handed; 0 is that of its start. */
  readonly number: number;
  readonly input: OperationInput<N>;
  /** The cluster as it is wanted then. */
  readonly spec: ClusterSpec;
}

/** Keeps the newest wish that an operation is handed while it runs, and hands it on. It holds those before it. */
export class Wishes<N extends OperationName> {
  readonly #children: Children;
  #newest: Wish<N> | undefined;

  constructor(operation: N, children: Children, onWish: (wish: Wish<N>) => void) {
    this.#children = children;
    setHandler(handOver, (message) => {
      const wish = parseWish(operation, message);
      if (wish === undefined || wish.number <= (this.#newest?.number ?? 0)) return;
      this.#newest = wish;
      onWish(wish);
      children.tell('handOver', [wish]);
    });
  }

  /** A child that has just begun is told what its operation was told before. */
  childStarted(workflowId: string): void {
    if (this.#newest !== undefined) this.#children.tell('handOver', [this.#newest], workflowId);
  }

  /** The newest one, if it came after this one. */
  after({ number }: Pick<Wish<N>, 'number'>): Wish<N> | undefined {
    return this.#newest !== undefined && this.#newest.number > number ? this.#newest : undefined;
  }
}

/** Anybody may send a signal, with anything in it; what is not ours is passed over. */
function parseWish<N extends OperationName>(operation: N, message: unknown): Wish<N> | undefined {
  if (!isFields(message)) return undefined;
  const { number } = message;
  const input = parseInput(declarationOf(operation).schema, message['input']);
  const spec = parseInput(clusterSpecSchema, message['spec']);
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || !input.ok || !spec.ok) return undefined;
  // The schema was taken from the table by the same name that types the wish.
  return { number, input: input.value as OperationInput<N>, spec: spec.value };
}
