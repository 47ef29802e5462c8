import { type ClusterDescription, type EndedOperation, FailureType, type RunningOperation } from '../model/index.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';
import { ClientFailureType, isSlipwayError, type SlipwayError } from './slipway-error.ts';
import { pause } from './temporal-service.ts';

export interface WatchOptions {
  /** Ends the watch with a SlipwayError `Client.Aborted`; the operation goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks, at least 500; 1000 when absent. */
  readonly intervalMs?: number | undefined;
  /**
   * Watch until this settles, instead of until no operation runs: give it the result of a request that was just made,
   * whose cluster may not exist yet.
   */
  readonly until?: Promise<unknown> | undefined;
}

/** No operation takes a day; a person may let one wait for three. */
const MAX_WATCH_MS = 4 * 24 * 3600 * 1000;
/** How long Temporal or the workers may be away before the watch gives up. */
const MAX_AWAY_MS = 10 * 60 * 1000;
/** What passes: the worker or Temporal restarts, or a mended worker is deployed. */
const passing: readonly string[] = [
  ClientFailureType.NoWorker,
  ClientFailureType.WorkerFailing,
  ClientFailureType.TimedOut,
  ClientFailureType.TemporalUnreachable,
];

/** Looks at a cluster again and again while an operation runs. The last snapshot shows how it ended. */
export async function* watchCluster(
  reader: ClusterReader,
  name: string,
  link: (workflowId: string) => string | undefined,
  options: WatchOptions,
): AsyncGenerator<ClusterSnapshot> {
  const { signal, until } = options;
  const interval = Math.max(500, options.intervalMs ?? 1000);
  const deadline = Date.now() + MAX_WATCH_MS;
  const request = observe(until);
  let last: ClusterSnapshot | undefined;
  let lastAnswer = Date.now();

  while (Date.now() < deadline) {
    const settled = request.settled();
    try {
      const snapshot = await look(reader, name, link, last, until !== undefined, signal);
      lastAnswer = Date.now();
      // Until the request has reached the cluster there is nothing to show, or what an earlier cluster of this name did
      // last.
      const tooEarly = until !== undefined && !settled && last === undefined && isIdle(snapshot?.description);
      if (snapshot !== undefined && !tooEarly) {
        last = snapshot;
        yield snapshot;
      }
      if (settled || (until === undefined && isIdle(snapshot?.description))) return;
    } catch (error) {
      if (!isSlipwayError(error) || !passing.includes(error.type)) throw error;
      if (settled || Date.now() - lastAnswer > MAX_AWAY_MS) throw error;
      if (last !== undefined) yield withProblem(last, error);
    }
    await Promise.race([pause(interval, `watch cluster ${name}`, signal), request.done]);
  }
}

async function look(
  reader: ClusterReader,
  name: string,
  link: (workflowId: string) => string | undefined,
  last: ClusterSnapshot | undefined,
  mayBeMissing: boolean,
  signal: AbortSignal | undefined,
): Promise<ClusterSnapshot | undefined> {
  const description = mayBeMissing || last ? await reader.find(name, { signal }) : await reader.get(name, { signal });
  if (description === undefined) return undefined;
  const operation = description.running ?? ended(description, last?.operation);
  const uiUrl = link(operation?.workflowId ?? `cluster/${name}`);
  const known = last?.operation?.workflowId === operation?.workflowId ? last?.progress : undefined;
  const progress =
    operation && ((await reader.progress(operation, description.running !== undefined, { signal })) ?? known);
  return {
    description,
    ...(operation === undefined ? {} : { operation }),
    ...(progress === undefined ? {} : { progress }),
    ...(uiUrl === undefined ? {} : { uiUrl }),
  };
}

/** How the operation that was followed ended, if it was. */
function ended(description: ClusterDescription, followed: RunningOperation | undefined): EndedOperation | undefined {
  const { last } = description;
  return last !== undefined && (followed === undefined || last.workflowId === followed.workflowId) ? last : undefined;
}

function isIdle(description: ClusterDescription | undefined): boolean {
  return description === undefined || (description.running === undefined && description.queued.length === 0);
}

function withProblem(last: ClusterSnapshot, error: SlipwayError): ClusterSnapshot {
  return { ...last, problem: error.message };
}

/** Knows whether a promise settled, without ever rejecting itself. */
function observe(promise: Promise<unknown> | undefined): { settled: () => boolean; done: Promise<void> } {
  if (promise === undefined) return { settled: () => false, done: new Promise(() => undefined) };
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  return { settled: () => isSettled, done: promise.then(settle, settle) };
}

/** The failure's type when an operation did not complete. */
export function failureTypeOf(operation: EndedOperation): string {
  return operation.failure?.type ?? (operation.outcome === 'cancelled' ? FailureType.Cancelled : 'Error');
}
