import { ServiceError, WorkflowFailedError } from '@temporalio/client';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  NamespaceNotFoundError,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { z } from 'zod';
import { FailureType } from '../model/index.ts';
import { ClientFailureType, SlipwayError, type SlipwayErrorDetails } from './slipway-error.ts';

/** What was being done when an error came, for its message. */
export interface CallContext {
  /** `describe cluster atlas`: fits after "Could not". */
  readonly what: string;
  /** Temporal's address, as the connection was given it. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly workflowId?: string;
}

/** Status codes of gRPC (grpc/grpc: doc/statuscodes.md). */
const grpc = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

const grpcError = z.looseObject({ code: z.number(), details: z.string().default('') });
const issuesDetail = z.looseObject({ issues: z.array(z.looseObject({ path: z.string(), reason: z.string() })) });
const leftDetail = z.looseObject({
  left: z.array(
    z.looseObject({ service: z.string(), type: z.string(), id: z.string(), name: z.string(), reason: z.string() }),
  ),
});

/** Any error of the Temporal client as a {@link SlipwayError} that says what was tried, on what, and what to do. */
export function toSlipwayError(error: unknown, context: CallContext): SlipwayError {
  if (error instanceof SlipwayError) return error;
  const details = { cause: error, ...(context.workflowId === undefined ? {} : { workflowId: context.workflowId }) };
  if (error instanceof WorkflowFailedError) return fromFailure(error.cause, context.what, details);
  if (error instanceof NamespaceNotFoundError) return namespaceNotFound(context, details);
  const status = grpcStatus(error);
  if (status !== undefined) return fromGrpc(status, context, details);
  if (isConnectTimeout(error)) return fromGrpc({ code: grpc.UNAVAILABLE, text: '' }, context, details);
  const text = error instanceof Error ? error.message : String(error);
  return new SlipwayError(ClientFailureType.Unexpected, `Could not ${context.what}: ${text}`, details);
}

/**
 * The failure that ended a workflow: the innermost one with a type of its own, without the wrappers Temporal puts
 * around it.
 */
function fromFailure(failure: unknown, what: string, details: SlipwayErrorDetails): SlipwayError {
  if ((failure instanceof ActivityFailure || failure instanceof ChildWorkflowFailure) && failure.cause !== undefined) {
    return fromFailure(failure.cause, what, details);
  }
  if (failure instanceof ApplicationFailure) {
    const issues = findDetail(issuesDetail, failure.details)?.issues;
    const left = findDetail(leftDetail, failure.details)?.left;
    return new SlipwayError(failure.type ?? ClientFailureType.Unexpected, failure.message, {
      ...details,
      ...(issues === undefined ? {} : { issues }),
      ...(left === undefined ? {} : { left }),
    });
  }
  if (failure instanceof CancelledFailure) {
    return new SlipwayError(FailureType.Cancelled, `${capital(what)} was cancelled.`, details);
  }
  if (failure instanceof TerminatedFailure) {
    const message = `${capital(what)} was terminated in Temporal${failure.message === '' ? '' : ` (${failure.message})`}: how far it came is not known. "slipway describe" shows the cluster.`;
    return new SlipwayError(ClientFailureType.Terminated, message, details);
  }
  if (failure instanceof TimeoutFailure) {
    return new SlipwayError(FailureType.DeadlineExceeded, `${capital(what)} ran into Temporal’s time-out.`, details);
  }
  const text = failure instanceof Error ? failure.message : 'it failed without a cause';
  return new SlipwayError(ClientFailureType.Unexpected, `${capital(what)} failed: ${text}`, details);
}

function fromGrpc(
  { code, text }: { code: number; text: string },
  context: CallContext,
  details: SlipwayErrorDetails,
): SlipwayError {
  const { what, address, namespace, taskQueue } = context;
  const said = text === '' ? '' : `: ${text}`;
  switch (code) {
    case grpc.UNAVAILABLE:
      return unreachable(context, details, said);
    // An abort by our caller never comes here: the server gave up a long poll, a moment before its deadline.
    case grpc.CANCELLED:
    case grpc.DEADLINE_EXCEEDED:
      return new SlipwayError(
        ClientFailureType.TimedOut,
        `Could not ${what}: no answer in time from Temporal at ${address}, or from a worker on task queue "${taskQueue}"${said}`,
        details,
      );
    case grpc.NOT_FOUND:
      if (/namespace/i.test(text)) return namespaceNotFound(context, details);
      return new SlipwayError(ClientFailureType.Rejected, `Could not ${what}${said}`, details);
    case grpc.PERMISSION_DENIED:
    case grpc.UNAUTHENTICATED:
      return new SlipwayError(
        ClientFailureType.AccessDenied,
        `Could not ${what}: Temporal at ${address} refuses access to namespace "${namespace}"${said}. Check TEMPORAL_API_KEY or the client certificate`,
        details,
      );
    case grpc.FAILED_PRECONDITION:
      // Server: service/matching, "no poller seen for task queue recently, worker may be down".
      if (/no poller/i.test(text)) return noWorker(context, details);
      // Server: service/history/api/queryworkflow, "Unable to query workflow due to Workflow Task in failed state."
      if (/task in failed state/i.test(text)) {
        return new SlipwayError(
          ClientFailureType.WorkerFailing,
          `Could not ${what}: the worker on task queue "${taskQueue}" fails to run the workflow${said} Its log says why`,
          details,
        );
      }
      return new SlipwayError(ClientFailureType.Rejected, `Could not ${what}: Temporal refuses${said}`, details);
    case grpc.INVALID_ARGUMENT:
      return new SlipwayError(
        ClientFailureType.Rejected,
        /search attribute|invalid query/i.test(text)
          ? `Could not ${what}: Temporal does not know Slipway’s search attributes in namespace "${namespace}"; "slipway doctor" says how to register them${said}`
          : `Could not ${what}: Temporal refuses${said}`,
        details,
      );
    default:
      return new SlipwayError(
        ClientFailureType.Unexpected,
        `Could not ${what}: Temporal answers with gRPC status ${code}${said}`,
        details,
      );
  }
}

/** The error for a task queue that nobody polls. */
export function noWorker(context: CallContext, details: SlipwayErrorDetails = {}): SlipwayError {
  return new SlipwayError(
    ClientFailureType.NoWorker,
    `Could not ${context.what}: no worker polls task queue "${context.taskQueue}" in namespace "${context.namespace}" at ${context.address}. Start one with "slipway up", or a worker of your installation`,
    details,
  );
}

/** The error for a Temporal that does not answer; `said` is what the connection said of it. */
export function unreachable(
  { what, address }: CallContext,
  details: SlipwayErrorDetails = {},
  said = '',
): SlipwayError {
  return new SlipwayError(
    ClientFailureType.TemporalUnreachable,
    `Could not ${what}: Temporal does not answer at ${address}. Start it, or set TEMPORAL_ADDRESS (or a profile in temporal.toml)${said}`,
    details,
  );
}

function namespaceNotFound({ what, address, namespace }: CallContext, details: SlipwayErrorDetails): SlipwayError {
  return new SlipwayError(
    ClientFailureType.NamespaceNotFound,
    `Could not ${what}: Temporal at ${address} has no namespace "${namespace}". Set TEMPORAL_NAMESPACE, or make it with "temporal operator namespace create ${namespace}"`,
    details,
  );
}

/** The status of a gRPC error, or of one that is wrapped by Temporal’s client; undefined for any other error. */
export function grpcStatus(error: unknown): { code: number; text: string } | undefined {
  const inner = error instanceof ServiceError ? error.cause : error;
  if (!(inner instanceof Error)) return undefined;
  const parsed = grpcError.safeParse(inner);
  return parsed.success ? { code: parsed.data.code, text: parsed.data.details } : undefined;
}

/** `Connection.connect` gives up with an Error of this text (sdk-typescript: packages/client/src/connection.ts). */
function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && /failed to connect before the deadline/i.test(error.message);
}

function findDetail<S extends z.ZodType>(schema: S, details: unknown[] | null | undefined): z.output<S> | undefined {
  for (const detail of details ?? []) {
    const parsed = schema.safeParse(detail);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
