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

const handOver = defineSignal<[unknown]>(messages.handOver);

/** What an operation is to do. */
export interface Wish<N extends OperationName> {
  /** Which one of those that it was handed; 0 is that of its start. */
  readonly number: number;
  readonly input: OperationInput<N>;
  /** The cluster as it is wanted then. */
  readonly spec: ClusterSpec;
}

/** Keeps the newest wish that an operation is handed while it runs. It holds those before it. */
export class Wishes<N extends OperationName> {
  #newest: Wish<N> | undefined;

  constructor(operation: N) {
    setHandler(handOver, (message) => {
      const wish = parseWish(operation, message);
      if (wish !== undefined && wish.number > (this.#newest?.number ?? 0)) this.#newest = wish;
    });
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
