import type { z } from 'zod';
import type { ClusterSpec } from './cluster-spec.ts';
import type { outcomeSchema } from './cluster-state.ts';
import type { OperationFailure } from './failures.ts';
import type { OperationInput, OperationName, OperationResult } from './operations/index.ts';

/** What a caller's run asks of the cluster's workflow, as the argument of the Update `run`. */
export interface OperationRequest {
  readonly operation: OperationName;
  readonly input: OperationInput<OperationName>;
  /**
   * Where the operation makes a cluster: SHA-256 of the specification as it was written, before defaults
   * (`canonicalJson`).
   */
  readonly digest?: string;
  /** Workflow id of the caller, to whom the end is signalled. */
  readonly requestedBy: string;
  /** The same for every try of one request, also after a reset of its caller. */
  readonly requestId: string;
  /** The caller asks again because it has heard nothing for long: it wants the answer, not the operation once more. */
  readonly reminder?: boolean;
}

/** The cluster's answer to a request: admitted, or already ended because the same caller asked for the same before. */
export interface OperationAdmission {
  readonly clusterId: string;
  /** Of the workflow that admitted it. */
  readonly workflowId: string;
  readonly ended?: OperationEnded;
}

/** What the cluster's workflow signals to an operation that takes over a request while it runs. */
export interface HandedWish {
  /** Counts the wishes that this run of the operation was handed, from 1. Each one holds those before it. */
  readonly number: number;
  /** The operation's input from now on. */
  readonly input: OperationInput<OperationName>;
  /** The cluster as it is wanted now. */
  readonly spec: ClusterSpec;
}

/** How an operation ended. */
export interface OperationEnd {
  readonly outcome: OperationOutcome;
  readonly result?: OperationResult<OperationName>;
  readonly failure?: OperationFailure;
}

/** What the cluster's workflow signals to the caller when its operation ended. */
export interface OperationEnded extends OperationEnd {
  readonly requestId: string;
}

export type OperationOutcome = z.output<typeof outcomeSchema>;
