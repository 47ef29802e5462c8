import type { FailureType, InputIssue, LeftResource } from '../model/index.ts';

/**
 * What can go wrong between a caller and Slipway's workflows; the workflows' own failures have the types of
 * `FailureType`.
 */
export const ClientFailureType = {
  /** Nothing answers at Temporal's address, or the connection broke. Nothing is known about the request. */
  TemporalUnreachable: 'Client.TemporalUnreachable',
  /** Temporal answers, but it has no such namespace. */
  NamespaceNotFound: 'Client.NamespaceNotFound',
  /** Temporal refuses the caller: API key, client certificate or role. */
  AccessDenied: 'Client.AccessDenied',
  /** Temporal refuses the request, for example because a search attribute is not registered. */
  Rejected: 'Client.Rejected',
  /** No worker polls the task queue, so nothing would run. */
  NoWorker: 'Client.NoWorker',
  /** A worker answers, but it fails to run the workflow's code: its log says why. */
  WorkerFailing: 'Client.WorkerFailing',
  /** No answer within the time allowed for one request, or within the time the caller allowed. */
  TimedOut: 'Client.TimedOut',
  /** The caller's AbortSignal stopped the wait. Whatever runs goes on running. */
  Aborted: 'Client.Aborted',
  /** A person or another program terminated the workflow: its outcome is unknown. */
  Terminated: 'Client.Terminated',
  /** The client has no connection to Vault, and this call needs one. */
  NoVault: 'Client.NoVault',
  /** Something would be removed or replaced, and nobody said that it shall. Nothing was done. */
  NotConfirmed: 'Client.NotConfirmed',
  /** An environment variable or temporal.toml is wrong. */
  Configuration: 'Client.Configuration',
  /** A worker's answer is not one that this release of the client knows; the operation goes on. */
  UnknownAnswer: 'Client.UnknownAnswer',
  /** Something this client does not know. */
  Unexpected: 'Client.Unexpected',
} as const;

export type ClientFailureType = (typeof ClientFailureType)[keyof typeof ClientFailureType];

/** What a {@link SlipwayError} says beside its message. */
export interface SlipwayErrorDetails {
  /** Every field that is wrong, with type `Slipway.InvalidInput`. */
  readonly issues?: readonly InputIssue[];
  /** What a deletion could not remove, with type `Slipway.LeftBehind`. */
  readonly left?: readonly LeftResource[];
  /** The run to look at in Temporal's UI. */
  readonly workflowId?: string;
  readonly cause?: unknown;
}

/** The one error of this client. Branch on `type`; `message` is a sentence for a person and may change. */
export class SlipwayError extends Error {
  override readonly name = 'SlipwayError';
  /** One of `FailureType` or `ClientFailureType`; a string, because a newer worker may know more types. */
  readonly type: FailureType | ClientFailureType | (string & {});
  readonly issues?: readonly InputIssue[];
  readonly left?: readonly LeftResource[];
  readonly workflowId?: string;

  constructor(type: string, message: string, details: SlipwayErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.type = type;
    if (details.issues !== undefined) this.issues = details.issues;
    if (details.left !== undefined) this.left = details.left;
    if (details.workflowId !== undefined) this.workflowId = details.workflowId;
  }
}

/** Whether this is a {@link SlipwayError}, of this type if one is given. */
export function isSlipwayError(error: unknown, type?: string): error is SlipwayError {
  return error instanceof SlipwayError && (type === undefined || error.type === type);
}
