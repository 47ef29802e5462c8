import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { type CallContext, noWorker, toSlipwayError, unreachable } from './failure-mapping.ts';
import { ClientFailureType, isSlipwayError, SlipwayError } from './slipway-error.ts';

/**
 * Time allowed for one request to Temporal: a query needs a worker's answer, which takes seconds after the worker's
 * restart.
 */
const CALL_TIMEOUT_MS = 10_000;

/** Time allowed to find out why another request had no answer. */
const PROBE_TIMEOUT_MS = 3_000;

const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

/** A poller that was seen this long ago is taken as alive: workers poll at least once a minute. */
const POLLER_ALIVE_MS = 90_000;
const WORKER_WAIT_MS = 5_000;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly workflowId?: string | undefined;
}

export interface TemporalServiceOptions {
  readonly client: Client;
  readonly taskQueue: string;
  /** For messages only. */
  readonly address: string;
}

/**
 * Temporal as this client uses it: every request has a deadline, takes an AbortSignal, and fails with a SlipwayError.
 */
export class TemporalService {
  readonly client: Client;
  readonly taskQueue: string;
  readonly address: string;

  constructor({ client, taskQueue, address }: TemporalServiceOptions) {
    this.client = client;
    this.taskQueue = taskQueue;
    this.address = address;
  }

  get namespace(): string {
    return this.client.options.namespace;
  }

  /** Makes one request. `what` fits after "Could not": `describe cluster atlas`. */
  async call<T>(what: string, request: () => Promise<T>, options: CallOptions = {}): Promise<T> {
    const context = this.#context(what, options.workflowId);
    if (options.signal?.aborted) throw aborted(what);
    const { connection } = this.client;
    const bounded = () => connection.withDeadline(Date.now() + (options.timeoutMs ?? CALL_TIMEOUT_MS), request);
    try {
      if (options.signal === undefined) return await bounded();
      // The connection adds a listener for every request and removes none: a signal of its own goes away with this
      // call.
      const signal = AbortSignal.any([options.signal]);
      setMaxListeners(0, signal);
      return await connection.withAbortSignal(signal, bounded);
    } catch (error) {
      if (options.signal?.aborted) throw aborted(what, error);
      throw toSlipwayError(error, context);
    }
  }

  /** Like {@link call} for a query: when no answer comes, looks whether a worker is there at all and says so. */
  async query<T>(what: string, request: () => Promise<T>, options: CallOptions = {}): Promise<T> {
    try {
      return await this.call(what, request, options);
    } catch (error) {
      if (!isSlipwayError(error, ClientFailureType.TimedOut)) throw error;
      const context = this.#context(what, options.workflowId);
      const pollers = await this.pollers({ ...options, timeoutMs: PROBE_TIMEOUT_MS }).catch(() => undefined);
      if (pollers === undefined) throw unreachable(context, { cause: error });
      throw pollers === 0 ? noWorker(context, { cause: error }) : error;
    }
  }

  /** How many workers poll the task queue for workflows. */
  async pollers(options: CallOptions = {}): Promise<number> {
    const { namespace, taskQueue } = this;
    const answer = await this.call(
      `look for workers on task queue "${taskQueue}"`,
      () =>
        this.client.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
        }),
      options,
    );
    const oldest = Date.now() - POLLER_ALIVE_MS;
    return answer.pollers.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= oldest).length;
  }

  /**
   * Waits until a worker polls the task queue, for five seconds: workers that restart are back by then.
   *
   * @throws SlipwayError `Client.NoWorker` when none came
   */
  async requireWorker(what: string, signal?: AbortSignal): Promise<void> {
    const deadline = Date.now() + WORKER_WAIT_MS;
    while ((await this.pollers({ signal })) === 0) {
      if (Date.now() >= deadline) throw noWorker(this.#context(what));
      await pause(500, what, signal);
    }
  }

  #context(what: string, workflowId?: string): CallContext {
    const { address, namespace, taskQueue } = this;
    return { what, address, namespace, taskQueue, ...(workflowId === undefined ? {} : { workflowId }) };
  }
}

/** Sleeps; an abort ends it with a SlipwayError `Client.Aborted`. */
export async function pause(ms: number, what: string, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw aborted(what, error);
  }
}

function aborted(what: string, cause?: unknown): SlipwayError {
  return new SlipwayError(ClientFailureType.Aborted, `Stopped waiting to ${what}; what runs goes on`, { cause });
}
