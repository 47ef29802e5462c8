import type { z } from 'zod';
import type { ClusterSpec } from '../cluster-spec.ts';
import type { ClusterPhase } from '../cluster-phase.ts';
import type { CreateClusterResult } from '../created-cluster.ts';
import type { FailureType, InputIssue } from '../failures.ts';
import type { Observed } from '../observed.ts';
import { canonicalJson } from '../same-spec.ts';

/** What a declaration may know of a cluster: its record, without what runs, waits and has ended. */
export interface KnownCluster {
  readonly id: string;
  /** As it is wanted. */
  readonly spec: ClusterSpec;
  /** Of the specification as it was written; absent in records of version 0.1.0. */
  readonly digest?: string | undefined;
  readonly phase: ClusterPhase;
  /** Workflow id of the run whose creation was admitted; absent before. */
  readonly createdBy?: string | undefined;
  /** Result of the creation; absent until it has completed. */
  readonly created?: CreateClusterResult | undefined;
  /** What the last operations have seen; absent until there is something. */
  readonly observed?: Observed | undefined;
}

/** What a record learns from an operation. */
export type Learned = Pick<KnownCluster, 'observed' | 'created'>;

/** A request, as far as a declaration looks at it. */
export interface DeclaredRequest<Input> {
  readonly input: Input;
  /** Of the specification as it was written, where the operation makes a cluster. */
  readonly digest?: string | undefined;
  /** Workflow id of the caller. */
  readonly requestedBy: string;
}

/** The spec that the cluster shall have, or what is wrong with the wish. */
export type Desire = { readonly spec: ClusterSpec } | { readonly issues: readonly InputIssue[] };

/** Why a request is not let in. */
export interface Refusal {
  readonly type: FailureType;
  readonly message: string;
  /** With `Slipway.InvalidInput`. */
  readonly issues?: readonly InputIssue[];
}

/** What happens to a request that meets another operation of its cluster. */
export interface ConflictRules {
  /**
   * The same operation waits or runs: `join` it and share its end; `queue` behind it; `refuse`; or `merge` with one
   * that waits, where `merge` finds that they are one wish (else it is queued). One that runs already has begun with
   * its input: what merges waits behind it, unless it is handed over.
   */
  readonly same: 'join' | 'queue' | 'refuse' | 'merge';
  /** Another operation waits or runs. `preempt` cancels what runs and refuses what waits. */
  readonly other: 'queue' | 'refuse' | 'preempt';
}

/** A request for any operation, as one that runs looks at it. Anybody may have sent it, with anything in it. */
export interface OtherRequest {
  readonly operation: string;
  readonly input: unknown;
}

/** How an operation that runs takes over what is asked for meanwhile (docs/decisions/0022). */
export interface HandOver<Input, Result> {
  /**
   * Whether a request is about what the operation is working on just now. Of those that are, none overtakes another
   * that waits.
   */
  concerns(running: Input, request: OtherRequest): boolean;
  /**
   * The input that holds both wishes, of which the later one counts; undefined when the request has to wait for its
   * turn. Asked only where it concerns the operation.
   */
  takes(running: Input, request: OtherRequest): Input | undefined;
  /** How many of the wishes that were handed over the operation took; those beyond are done by themselves. */
  taken(result: Result): number;
}

/**
 * What an operation is, without doing any of it: pure, no I/O. Admission, clients, command line, schemas and reference
 * pages are made from it. The workflow of the same name does the work.
 */
export interface OperationDeclaration<Input extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> {
  /** Imperative, as a heading: `Create a cluster`. */
  readonly title: string;
  /** For sentences: `could not <verb> cluster atlas`. */
  readonly verb: string;
  /** One sentence on what it does and to whom, for help and reference. */
  readonly summary: string;
  /** Of its one JSON input. Has `name`, the cluster's. */
  readonly schema: Input;
  readonly result: Result;
  /** Phases in which it is let in; it is asked again when its turn comes. Ignored with `refuse`. */
  readonly admittedIn: readonly ClusterPhase[];
  /** The cluster's phase while it runs and after each end; a cancelled operation has not completed. */
  readonly phases: { readonly running: ClusterPhase; readonly completed: ClusterPhase; readonly failed: ClusterPhase };
  /**
   * The cluster's spec from the operation's start on. Asked when the request comes, and again when its turn comes.
   * Absent: it stays as it is, and the cluster need not understand the input, which may be of another version.
   */
  desire?(cluster: KnownCluster, input: z.output<Input>): Desire;
  /** What the record learns when the operation has completed. Absent: nothing. */
  observe?(cluster: KnownCluster, result: z.output<Result>): Learned;
  /** Refuses for a reason of its own, in place of `admittedIn`. */
  refuse?(cluster: KnownCluster, request: DeclaredRequest<z.output<Input>>): Refusal | undefined;
  /** The result of this very request, when the record knows it: a repeated request has it. */
  answer?(cluster: KnownCluster, request: DeclaredRequest<z.output<Input>>): z.output<Result> | undefined;
  /**
   * What the operation takes away, in words that fit after "This"; undefined when it is nothing. A person is asked
   * before. Absent: never anything.
   */
  loss?(cluster: Pick<KnownCluster, 'id' | 'spec'>, input: z.output<Input>): string | undefined;
  readonly conflicts: ConflictRules;
  /** Two inputs as one; undefined when they are two wishes. */
  merge?(waiting: z.output<Input>, next: z.output<Input>): z.output<Input> | undefined;
  /** Absent: what is asked for while it runs waits behind it. */
  readonly handOver?: HandOver<z.output<Input>, z.output<Result>>;
  /**
   * Whether a person can have it wait at a safe point, go on, and end there: the signals `pause`, `resume` and `abort`
   * to its workflow.
   */
  readonly pausable: boolean;
  /**
   * Minutes after which it ends with a verdict, for this input and the spec that is wanted. What it is paused does not
   * count.
   */
  deadlineMinutes(input: z.output<Input>, spec: ClusterSpec): number;
}

/** Gives a declaration its own type, and checks it. */
export const declare = <Input extends z.ZodType, Result extends z.ZodType>(
  declaration: OperationDeclaration<Input, Result>,
): OperationDeclaration<Input, Result> => declaration;

/** For `merge`: two inputs are one wish where they ask for the same. */
export const whereSame = <Input>(waiting: Input, next: Input): Input | undefined =>
  canonicalJson(waiting) === canonicalJson(next) ? next : undefined;
