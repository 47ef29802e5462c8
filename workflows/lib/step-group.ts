import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { type CurrentStep, workFor } from './current-step.ts';
import { describeFailure } from './failures.ts';
import type { StepDeclarations, StepNode } from './step-tree.ts';

/** The ids of the groups among declared steps, and of those that are none. */
type GroupId<D extends StepDeclarations> = {
  [K in keyof D]: D[K] extends { readonly steps: StepDeclarations } ? K & string : never;
}[keyof D];
export type StepId<D extends StepDeclarations> = Exclude<keyof D & string, GroupId<D>>;
type InsideOf<D extends StepDeclarations, Id extends GroupId<D>> = D[Id] extends {
  readonly steps: infer Inside extends StepDeclarations;
}
  ? Inside
  : never;

type Results<Needs extends readonly Promise<unknown>[]> = { -readonly [K in keyof Needs]: Awaited<Needs[K]> };

/**
 * Starts a step once the steps it needs are done, and hands it their results. If one of them failed it never starts and
 * rejects with the same error. With `tolerate` the operation may go on when the step fails: with what it returns for
 * the error as the step's result, or not when it throws. A cancellation is never tolerated.
 */
export type StartStep<Id extends string> = <const Needs extends readonly Promise<unknown>[], Result>(
  id: Id,
  needs: Needs,
  work: (...results: Results<Needs>) => Promise<Result>,
  tolerate?: (error: unknown) => Result,
) => Promise<Result>;

/** What runs the steps of an operation or of a group. */
export interface GroupControl<D extends StepDeclarations> {
  readonly step: StartStep<StepId<D>>;
  /**
   * Runs steps that fail together: the first failure cancels the others of the group, which are waited for, and rejects
   * what is returned. The script has to await it. It may catch the failure, run another group, such as a rollback, and
   * go on or fail as it likes. A group that was declared and is never begun is shown as skipped when the operation has
   * ended well. A cancellation of the operation cancels its groups; a group that is begun then ends at once.
   */
  readonly group: <Id extends GroupId<D>, Result>(
    id: Id,
    script: (inside: GroupControl<InsideOf<D, Id>>) => Promise<Result>,
  ) => Promise<Result>;
  /** These have nothing to do. */
  readonly skip: (...ids: (keyof D & string)[]) => void;
}

/**
 * Steps that run as a graph: all that do not need each other at the same time. The first that fails cancels the others.
 * Made within the scope that cancels it.
 */
export class StepGroup {
  readonly #of: Omit<CurrentStep, 'node'>;
  /** The group; undefined for the operation as a whole. */
  readonly #node: StepNode | undefined;
  readonly #scope = new CancellationScope();
  readonly #started: Promise<unknown>[] = [];
  #first: { readonly error: unknown } | undefined;

  constructor(of: Omit<CurrentStep, 'node'>, node?: StepNode) {
    this.#of = of;
    this.#node = node;
  }

  /** Ends the group with this error, unless it has failed before. */
  fail(error: unknown): void {
    if (this.#first === undefined && !(isCancellation(error) && this.#scope.consideredCancelled))
      this.#first = { error };
    this.#scope.cancel();
  }

  /** Runs a script to its end, and that of every step that it has started. @throws the first failure */
  async run<Result>(script: () => Promise<Result>): Promise<Result> {
    try {
      const result = await this.#scope.run(script);
      await Promise.all(this.#started);
      return result;
    } catch (error) {
      this.fail(error);
      await Promise.allSettled(this.#started);
      throw this.#first === undefined ? error : this.#first.error;
    }
  }

  control<D extends StepDeclarations>(): GroupControl<D> {
    const { tree } = this.#of;
    return {
      step: (id, needs, work, tolerate) => this.#start(id, needs, work, tolerate),
      group: (id, script) => this.#group(id, script),
      skip: (...ids) => ids.forEach((id) => tree.skip(tree.find(this.#node, id))),
    };
  }

  #start<const Needs extends readonly Promise<unknown>[], Result>(
    id: string,
    needs: Needs,
    work: (...results: Results<Needs>) => Promise<Result>,
    tolerate?: (error: unknown) => Result,
  ): Promise<Result> {
    const { tree } = this.#of;
    const node = tree.find(this.#node, id);
    const outcome = (async () => {
      const results: Results<Needs> = await Promise.all(needs);
      tree.begin(node);
      try {
        const result = await workFor({ ...this.#of, node }, () => work(...results));
        tree.end(node, 'done');
        return result;
      } catch (error) {
        const { message } = describeFailure(error);
        try {
          if (tolerate === undefined || isCancellation(error)) throw error;
          const result = tolerate(error);
          tree.end(node, 'tolerated', message);
          return result;
        } catch (intolerable) {
          tree.end(node, isCancellation(intolerable) ? 'cancelled' : 'failed', message);
          this.fail(intolerable);
          throw intolerable;
        }
      }
    })();
    this.#started.push(outcome);
    outcome.catch(() => undefined);
    return outcome;
  }

  async #group<D extends StepDeclarations, Result>(
    id: string,
    script: (inside: GroupControl<D>) => Promise<Result>,
  ): Promise<Result> {
    const { tree } = this.#of;
    const node = tree.find(this.#node, id);
    tree.begin(node);
    const inside = new StepGroup(this.#of, node);
    try {
      const result = await workFor({ ...this.#of, node }, () => inside.run(() => script(inside.control<D>())));
      tree.end(node, 'done');
      return result;
    } catch (error) {
      tree.end(node, isCancellation(error) ? 'cancelled' : 'failed', describeFailure(error).message);
      throw error;
    }
  }
}
