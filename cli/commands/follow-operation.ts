import type { Command } from 'commander';
import type { ClusterDescription, OperationName, OperationResult } from '../../model/index.ts';
import type { ClustersApi } from '../../client/clusters.ts';
import type { OperationHandle } from '../../client/operation-handle.ts';
import { ClientFailureType, isSlipwayError } from '../../client/slipway-error.ts';
import type { Session } from '../cli.ts';
import { timeLimit } from '../../model/index.ts';

/** How to wait for an operation. */
export interface FollowOptions {
  readonly watch?: boolean;
  /** False with `--no-wait`. */
  readonly wait?: boolean;
}

/** How long `--no-wait` waits for the cluster's word; a request that is not refused by then is as good as taken. */
const ADMISSION_MS = 5_000;

/** A worker takes a request within a second; after this long a person should look. */
const LATE_MS = 10_000;

/** Adds the options about waiting. */
export function waitOptions(command: Command): Command {
  return command
    .option('-w, --watch', 'show the steps while they run')
    .option('--no-wait', 'return as soon as the cluster has taken the request');
}

/**
 * Waits for an operation as the options say, and shows it. Ctrl-C ends the wait and leaves the operation running.
 *
 * @returns the result; undefined with `--no-wait` while the operation runs
 */
export async function followOperation<N extends OperationName>(
  session: Session,
  clusters: ClustersApi,
  handle: OperationHandle<N>,
  { watch = false, wait = true }: FollowOptions,
  title: string,
): Promise<OperationResult<N> | undefined> {
  const { name, workflowId, uiUrl } = handle;
  const follow = `slipway watch ${name}`;
  session.interruptedHint = `Stopped waiting. The operation goes on: follow it with "${follow}" (workflow ${workflowId}).`;
  const link = uiUrl === undefined ? '' : `: ${uiUrl}`;
  if (!wait) return admitted(session, clusters, handle, follow);
  if (!watch) {
    session.note(`${title}; "${follow}" shows the steps${link}`);
    return handle.result({ signal: session.signal });
  }
  const result = handle.result({ signal: session.signal });
  result.catch(() => undefined);
  const view = session.progressView();
  const late = setTimeout(
    () =>
      session.note(
        `No worker has taken the request yet (workflow ${workflowId}); "slipway doctor" says what is missing`,
      ),
    LATE_MS,
  );
  try {
    for await (const snapshot of clusters.watch(name, { until: result, signal: session.signal })) {
      clearTimeout(late);
      view.show(snapshot);
    }
  } catch (error) {
    // The result says how it ended; a watch that broke must not hide it.
    if (isSlipwayError(error, ClientFailureType.Aborted)) throw error;
    session.note(`The steps cannot be shown any more: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearTimeout(late);
    view.end();
  }
  return result;
}

/** Waits until the cluster runs or queues the request, or refused it. */
async function admitted<N extends OperationName>(
  session: Session,
  clusters: ClustersApi,
  handle: OperationHandle<N>,
  follow: string,
): Promise<OperationResult<N> | undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal, timeLimit(ADMISSION_MS)]);
  const result = handle.result({ signal });
  result.catch(() => undefined);
  try {
    let taken = false;
    for await (const { description } of clusters.watch(handle.name, { until: result, signal, intervalMs: 500 })) {
      taken = isTaken(description, handle.workflowId);
      if (taken) break;
    }
    if (!taken) return await result;
  } catch (error) {
    if (session.signal.aborted || !isSlipwayError(error, ClientFailureType.Aborted)) throw error;
  } finally {
    stop.abort();
  }
  const { operation, name, workflowId } = handle;
  session.print(`Asked for ${operation} of ${name} (workflow ${workflowId}). Follow it with "${follow}".`);
  return undefined;
}

function isTaken({ running, queued }: ClusterDescription, workflowId: string): boolean {
  return [running, ...queued].some((operation) => operation?.requestedBy === workflowId);
}
